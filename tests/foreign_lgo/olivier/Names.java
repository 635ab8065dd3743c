import java.util.Set;

/** What can be chosen: ways to be right, and ways to be wrong. */
final class Names {
    static final Set<String> RIGHT = Set.of(
            "accents-folded", "action-in-header-block-only", "all-given-names-at-once", "apostrophes-as-entities",
            "assertion-made-at-the-call", "blocked-is-refused", "change-undoes-validation", "compared-in-other-order",
            "contracts-kept", "created-then-fed", "export-columns-otherwise", "first-name-compared-too",
            "first-name-of-locked-files-is-strict", "future-birth-dates", "given-names-apart", "headers-in-other-order",
            "ids-of-other-shape", "incoherent-first-name-kept", "incomplete-dates-completed", "ins-first-in-messages",
            "ins-first-on-paper", "known-ins-is-told", "known-is-queued", "labels-above-values", "labels-in-capitals",
            "labels-with-colon", "list-must-begin-with-first-name", "list-without-ins", "lowered-wants-a-new-proof",
            "masked-instead-of-refused", "moments-in-utc", "nature-in-brackets", "newest-first", "no-automatic-validation",
            "nothing-to-verify-is-refused", "number-in-groups", "old-proof-counts", "one-request-a-call",
            "one-search-at-a-time", "refusals-are-422", "refuse-lower-case", "refuted-only-proposed", "search-wants-a-date",
            "sex-in-words", "short-labels", "symbol-blocks-otherwise", "unsendable-names-kept", "used-names-as-typed",
            "validating-again-is-nothing", "verifications-not-counted", "verified-without-list");
    static final Set<String> WRONG = Set.of(
            "always-a-nir", "always-the-insured", "answer-goes-to-open-file", "apostrophe-lost", "app-creates-recovered",
            "app-recovers-provisional", "attached-by-number", "billing-called-ins", "birth-place-of-others-ignored",
            "card-calls-logged-as-traits", "card-calls-without-file", "card-number-becomes-ins", "cda-without-list",
            "comparison-shows-ins", "corsica-in-digits", "corsican-key-not-checked", "corsican-validated", "criteria-by-or",
            "date-american", "date-label-ambiguous", "decided-again", "dmp-of-validated", "document-inside-not-opened",
            "double-hyphen-halved", "doubt-forgiven", "doubtful-namesake-called", "doubtful-not-found",
            "doubtful-stays-validated", "empty-makes-no-difference", "empty-sex-imported", "emptying-is-no-change",
            "export-loses-oid", "failed-verification-lowers", "fall-not-in-history", "fault-codes-not-logged",
            "fault-unlocks-recovered", "fictitious-can-be-validated", "fictitious-namesake", "first-name-in-the-symbol",
            "first-name-taken-when-validated", "first-of-the-list-logged", "first-proof-selected", "first-proof-stays",
            "former-oid-kept", "given-name-for-the-list", "good-verifications-not-traced", "grown-up-minors",
            "half-written-used-name", "header-says-no-ins", "history-author-is-creator", "history-misses-attributes",
            "history-previous-always-prov", "history-without-dates", "hyphens-make-no-difference", "import-loses-namesake",
            "journal-shows-ins", "known-ins-verified-again", "known-place-kept", "labels-without-ins",
            "last-former-number-only", "list-cut-at-fifty-four", "list-in-lower-case-kept", "list-is-not-strict",
            "list-of-proofs-fixed", "lists-leave-no-trace", "lists-show-ins-to-all", "lock-of-qualified-not-shown",
            "lowering-to-validated-keeps-ins", "mail-to-patients-not-traced", "means-of-the-call-not-logged",
            "messages-show-ins-to-all", "namesake-doubtful-keeps-ins", "namesake-loses-ins", "no-alert-on-refresh",
            "no-separator-after-oid", "not-found-clears-ins", "oid-by-its-root", "oid-outlives-super-user-change",
            "only-three-found", "opposition-of-patients-only", "paper-of-recovered-with-ins",
            "passport-validates-by-itself", "place-changes-not-logged", "place-is-not-strict", "place-not-logged",
            "place-open-when-recovered", "place-optional-with-used-name", "proof-by-creator", "proof-of-the-one-before",
            "qualified-only-by-name", "queue-for-everybody", "queue-signs-as-system", "queue-takes-fictitious",
            "reading-good-for-an-hour", "recovered-counted-qualified", "recovered-needs-no-proof",
            "recovered-with-proof-qualified", "refresh-unqualifies", "refusal-after-half-the-work", "refused-creation-kept",
            "refused-creation-leaves-a-file", "refusing-keeps-the-list", "refuted-document-filed", "refuted-place-taken",
            "refuted-qualified-becomes-validated", "refuted-recovered-not-listed", "replaced-number-forgotten",
            "same-name-same-file", "search-inside-words", "search-shows-to-all", "second-given-name-not-compared",
            "sender-believed", "several-not-logged", "sex-behind-a-tab", "silence-not-logged", "status-as-qual-in-messages",
            "status-behind-a-tab", "super-users-leave-no-trace", "swap-seen-by-name-only", "third-given-name-not-searched",
            "thirty-first-everywhere", "three-tries-on-a-fault", "true-date-stays-uncertain", "twins-by-rank-one",
            "unknown-month-imported", "unknown-place-sent", "unknown-sex-sent-as-man", "used-first-name-as-typed",
            "used-first-name-filled", "used-name-filled-at-creation", "used-name-from-card", "used-name-marked-mandatory",
            "used-name-sent", "used-name-undoes-qualification", "verified-is-qualified", "waiting-numbers-unchecked",
            "whole-list-sent");

    private Names() {}
}
