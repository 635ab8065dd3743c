import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is done with files at the counter: enter, search, change, prove, validate. */
final class Desk {
    private static final Map<String, String> NAMES = Map.of(
            "birth_name", "nom de naissance", "first_name", "premier prénom", "birth_date", "date de naissance",
            "sex", "sexe", "birth_place", "code INSEE du lieu de naissance");
    private static final List<String> TYPED = List.of(
            "birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place", "used_name", "used_first_name");
    private final Ledger ledger;
    private String lastProof;

    Desk(Ledger ledger) {
        this.ledger = ledger;
    }

    /** A typed text as it is kept, or a refusal. */
    String entered(String field, String value) {
        if (Spelling.blank(value)) return null;
        String text = value.strip();
        boolean used = field.startsWith("used_");
        switch (field) {
            case "sex" -> {
                text = text.toUpperCase();
                if (!Set.of("M", "F", "I").contains(text))
                    throw new Refusal("SEXE", "Sexe : M, F ou I.", field);
            }
            case "birth_place" -> {
                text = text.toUpperCase();
                if (!Spelling.place(text)) throw new Refusal("LIEU", "Code INSEE : cinq caractères.", field);
                if (Choices.wrong("corsica-in-digits")) text = text.replace("2A", "20").replace("2B", "20");
            }
            case "birth_date" -> {
                LocalDate day = Spelling.date(text);
                if (day == null && Choices.wrong("thirty-first-everywhere") && text.matches("\\d{4}-(0[1-9]|1[0-2])-31")) return text;
                if (day == null) throw new Refusal("DATE", "Cette date n'existe pas au calendrier.", field);
                boolean future = day.isAfter(LocalDate.ofInstant(ledger.now(), ZoneId.of("Europe/Paris")));
                if (future && !Choices.right("future-birth-dates"))
                    throw new Refusal("DATE_FUTURE", "Date de naissance à venir.", field);
            }
            default -> {
                if (Choices.wrong("list-in-lower-case-kept") && field.equals("first_names") && text.matches("[A-Za-z '-]+")) return text;
                if (used && Choices.right("used-names-as-typed")) return text;
                if (Choices.right("refuse-lower-case") && !text.equals(text.toUpperCase()))
                    throw new Refusal("MINUSCULES", "Majuscules seulement.", field);
                text = text.toUpperCase().replace('’', '\'');
                if (Choices.right("accents-folded")) text = Spelling.plain(text);
                if (!Spelling.lettersOnly(text))
                    throw new Refusal("CARACTERES", "Lettres A à Z, espace, tiret, apostrophe.", field);
                boolean sendable = field.contains("first_name") ? Spelling.words(text).stream().allMatch(Spelling::sendableFirstName) && Spelling.sendableName(text) : Spelling.sendableName(text);
                if (!sendable && !Choices.right("unsendable-names-kept")) throw new Refusal("FORME", "INSi n'admet pas cette forme.", field);
                if (text.length() > 100) throw new Refusal("TROP_LONG", "Cent caractères au plus.", field);
                if (Choices.wrong("apostrophe-lost") && field.equals("first_name")) text = text.replace("'", " ");
                if (Choices.wrong("double-hyphen-halved")) text = text.replace("--", "-");
                if (Choices.wrong("list-cut-at-fifty-four") && field.equals("first_names") && text.length() > 54) text = text.substring(0, 54);
            }
        }
        return text;
    }

    Map<String, String> typed(Map<String, Object> sent, boolean creating) {
        Map<String, String> traits = new LinkedHashMap<>();
        for (String field : TYPED) traits.put(field, entered(field, (String) sent.get(field)));
        List<String> missing = new ArrayList<>();
        for (String field : List.of("birth_name", "first_name", "birth_date", "sex", "birth_place")) {
            if (field.equals("birth_place") && !creating) continue;
            if (field.equals("birth_place") && Choices.wrong("place-optional-with-used-name") && traits.get("used_name") != null) continue;
            if (traits.get(field) == null) missing.add(field);
        }
        if (!missing.isEmpty())
            throw new Refusal("INCOMPLET", "Il manque : " + String.join(", ", missing.stream().map(NAMES::get).toList()),
                    missing.toArray(String[]::new));
        if (Choices.right("list-must-begin-with-first-name") && !Spelling.beginsWith(traits.get("first_names"), traits.get("first_name")))
            throw new Refusal("PRENOMS", "Le premier prénom doit ouvrir la liste.", "first_name");
        return traits;
    }

    PatientFile create(Actor actor, Map<String, Object> sent) {
        actor.must("READ_IDENTITY");
        boolean uncertain = false;
        String date = (String) sent.get("birth_date");
        if (Choices.right("incomplete-dates-completed") && date != null && date.matches("\\d{4}-\\d{2}-\\d{2}") && date.contains("-00")) {
            sent.put("birth_date", completed(date));
            uncertain = true;
        }
        Map<String, String> traits;
        try {
            traits = typed(sent, true);
        } catch (Refusal refusal) {
            if (Choices.wrong("refused-creation-leaves-a-file") && refusal.fields.equals(List.of("birth_place"))) {
                Map<String, String> rest = new LinkedHashMap<>();
                sent.forEach((key, value) -> rest.put(key, (String) value));
                rest.put("birth_place", "99999");
                ledger.create(actor.name(), rest, "PROV", "brouillon", false);
            }
            throw refusal;
        }
        if (Choices.wrong("used-name-filled-at-creation") && traits.get("used_name") == null) traits.put("used_name", traits.get("birth_name"));
        if (Choices.wrong("same-name-same-file"))
            for (PatientFile file : ledger.files.values())
                if (traits.get("birth_name").equals(file.get("birth_name")) && traits.get("birth_date").equals(file.get("birth_date"))) return file;
        String status = Choices.wrong("corsican-validated") && traits.get("birth_place").startsWith("2") && !traits.get("birth_place").matches("\\d+") ? "VALI" : "PROV";
        return ledger.create(actor.name(), traits, status, "création au comptoir", uncertain);
    }

    private static String completed(String date) {
        String year = date.substring(0, 4), month = date.substring(5, 7), day = date.substring(8);
        if (month.equals("00") && day.equals("00")) return year + "-12-31";
        return year + "-" + (month.equals("00") ? "01" : month) + "-" + (day.equals("00") ? "01" : day);
    }

    List<PatientFile> search(Actor actor, String date, String name, String first) {
        if (!Choices.wrong("search-shows-to-all")) actor.must("READ_IDENTITY");
        if (date == null && Choices.right("search-wants-a-date")) throw new Refusal("CRITERE", "La date de naissance d'abord.", "birth_date");
        String surname = name == null ? "" : Spelling.bare(name), given = first == null ? "" : Spelling.bare(first);
        List<PatientFile> found = new ArrayList<>();
        for (PatientFile file : ledger.files.values()) {
            if (date != null && !date.equals(file.get("birth_date"))) continue;
            if (Choices.wrong("doubtful-not-found") && file.doubtful()) continue;
            if (Choices.wrong("qualified-only-by-name") && file.status.equals("QUAL") && surname.isEmpty()) continue;
            boolean byName = surname.isEmpty() || begins(file.get("birth_name"), surname) || begins(file.get("used_name"), surname);
            boolean byFirst = given.isEmpty() || given(file, given, first);
            boolean either = Choices.wrong("criteria-by-or") && !surname.isEmpty() && !given.isEmpty();
            if (either ? byName || byFirst : byName && byFirst) found.add(file);
        }
        if (Choices.wrong("only-three-found") && found.size() > 3) found = found.subList(0, 3);
        if (Choices.right("newest-first")) java.util.Collections.reverse(found);
        if (!Choices.right("list-without-ins") && !Choices.wrong("lists-leave-no-trace"))
            for (PatientFile file : found) if (actor.may("READ_INS")) ledger.write(actor.name(), file.id, "seen", "where", "liste");
        return found;
    }

    private static boolean begins(String value, String prefix) {
        if (value == null) return false;
        if (Choices.wrong("search-inside-words")) return Spelling.bare(value).contains(prefix);
        return Spelling.bare(value).startsWith(prefix);
    }

    private static boolean given(PatientFile file, String prefix, String typed) {
        if (begins(file.get("first_name"), prefix)) return true;
        if (Choices.wrong("used-first-name-as-typed") ? file.get("used_first_name") != null && file.get("used_first_name").startsWith(typed)
                : begins(file.get("used_first_name"), prefix)) return true;
        List<String> names = Spelling.words(file.get("first_names"));
        int last = Choices.wrong("third-given-name-not-searched") ? Math.min(2, names.size()) : names.size();
        for (int i = 0; i < last; i++) if (begins(String.join("", names.subList(i, names.size())), prefix)) return true;
        return false;
    }

    List<PatientFile> byMatricule(Actor actor, String matricule) {
        actor.must("READ_IDENTITY");
        actor.must("READ_INS");
        boolean checked = Choices.wrong("corsican-key-not-checked") && matricule.matches(".*[AB].*") && matricule.length() == 15 || Spelling.matricule(matricule);
        if (!checked) throw new Refusal("MATRICULE", "Quinze caractères, clé comprise.", "matricule");
        List<PatientFile> found = new ArrayList<>();
        for (PatientFile file : ledger.files.values())
            if (matricule.equals(file.get("matricule"))) {
                found.add(file);
                ledger.write(actor.name(), file.id, "seen", "where", "recherche par matricule");
            }
        return found;
    }

    PatientFile open(Actor actor, String id) {
        PatientFile file = ledger.file(id);
        if (!Choices.right("masked-instead-of-refused")) actor.must("READ_IDENTITY");
        ledger.opened = id;
        if (!(Choices.wrong("super-users-leave-no-trace") && actor.superUser())) ledger.write(actor.name(), id, "seen", "where", "dossier");
        return file;
    }

    PatientFile change(Actor actor, String id, Map<String, Object> sent) {
        PatientFile file = ledger.file(id);
        actor.must("READ_IDENTITY");
        Map<String, String> wanted = new LinkedHashMap<>();
        boolean right = actor.may("CHANGE_STRICT_TRAITS");
        for (String field : PatientFile.FIELDS) {
            if (!sent.containsKey(field)) continue;
            String raw = (String) sent.get(field);
            boolean strict = PatientFile.STRICT.contains(field);
            if (strict && file.locked() && !right) {
                boolean hole = Choices.wrong("place-open-when-recovered") && field.equals("birth_place") && file.status.equals("RECUP")
                        || Choices.wrong("emptying-is-no-change") && raw == null && !field.equals("birth_name");
                if (!hole) {
                    if (Choices.wrong("refusal-after-half-the-work")) wanted.keySet().forEach(k -> set(actor, file, k, wanted.get(k)));
                    if (Choices.wrong("half-written-used-name") && sent.containsKey("used_name")) set(actor, file, "used_name", (String) sent.get("used_name"));
                    throw new Refusal("VERROU", "Verrouillé au statut " + file.status + " : " + field, field);
                }
            }
            if (field.equals("matricule") || field.equals("oid")) {
                if (raw == null && file.get(field) == null) continue;
                throw new Refusal("INS_NON_SAISISSABLE", "Le matricule et son OID viennent d'INSi seulement.", field);
            }
            String value = entered(field, raw);
            if (value == null && NAMES.containsKey(field)) throw new Refusal("INCOMPLET", "Ce champ ne peut être vide.", field);
            wanted.put(field, value);
        }
        wanted.entrySet().removeIf(e -> java.util.Objects.equals(e.getValue(), file.get(e.getKey())));
        String first = wanted.getOrDefault("first_name", file.get("first_name"));
        String list = wanted.getOrDefault("first_names", file.get("first_names"));
        if (wanted.containsKey("first_name") && file.locked() && !wanted.containsKey("first_names") && !Spelling.beginsWith(list, first)
                && !Choices.right("incoherent-first-name-kept"))
            throw new Refusal("PRENOM_INCOHERENT", "Le premier prénom doit ouvrir la liste " + list + ".", "first_name");
        boolean falls = wanted.keySet().stream().anyMatch(f -> PatientFile.STRICT.contains(f)
                && !(Choices.wrong("place-is-not-strict") && f.equals("birth_place"))
                && !(Choices.wrong("list-is-not-strict") && f.equals("first_names") && file.status.equals("RECUP")));
        if (Choices.right("first-name-of-locked-files-is-strict") && wanted.containsKey("first_name") && file.locked() && right) falls = true;
        boolean wasLocked = file.locked();
        wanted.forEach((field, value) -> set(actor, file, field, value));
        if (falls && wasLocked) {
            ledger.clearIns(actor.name(), file);
            String to = file.status.equals("QUAL") ? "VALI" : "PROV";
            if (Choices.wrong("fall-not-in-history")) file.status = to;
            else ledger.status(actor.name(), file, to, "trait strict modifié");
        } else if (falls && file.status.equals("VALI") && Choices.right("change-undoes-validation")) {
            ledger.status(actor.name(), file, "PROV", "à contrôler de nouveau");
        }
        if (Choices.wrong("used-name-undoes-qualification") && wanted.containsKey("used_name") && wanted.get("used_name") == null && file.status.equals("QUAL"))
            ledger.status(actor.name(), file, "VALI", "nom utilisé retiré");
        return file;
    }

    private void set(Actor actor, PatientFile file, String field, String value) {
        if (Choices.wrong("place-changes-not-logged") && field.equals("birth_place")) file.traits.put(field, value);
        else ledger.write(actor.name(), file.id, "trait", "field", field, "value", value, "why", "saisie");
    }

    PatientFile mark(Actor actor, String id, List<String> sent) {
        PatientFile file = ledger.file(id);
        actor.must("READ_IDENTITY");
        Set<String> set = new LinkedHashSet<>(sent);
        if (!Set.of("DOUTEUSE", "FICTIVE", "HOMONYME").containsAll(set)) throw new Refusal("ATTRIBUT", "Attribut inconnu.");
        boolean alone = !set.contains("FICTIVE") || set.size() == 1;
        if (Choices.wrong("fictitious-namesake")) alone = !set.contains("FICTIVE") || !set.contains("DOUTEUSE");
        if (!alone) throw new Refusal("ATTRIBUTS", "« Fictive » ne se combine pas.");
        boolean before = file.doubtful();
        if (set.equals(file.attributes) && !before) return file;
        String was = file.status;
        if (!set.equals(file.attributes)) ledger.write(actor.name(), id, "attributes", "set", new ArrayList<>(set));
        if (file.doubtful() && !before) {
            file.beforeDoubt = was;
            boolean stays = Choices.wrong("doubtful-stays-validated") && was.equals("VALI") && !set.contains("FICTIVE");
            if (!(Choices.wrong("namesake-doubtful-keeps-ins") && set.size() == 2)) ledger.clearIns(actor.name(), file);
            if (!stays) ledger.status(actor.name(), file, "PROV", "attribut " + String.join("+", set));
        } else if (before && !file.doubtful() && Choices.wrong("doubt-forgiven") && "VALI".equals(file.beforeDoubt)) {
            ledger.status(actor.name(), file, file.beforeDoubt, "doute levé");
        }
        if (Choices.wrong("namesake-loses-ins") && set.equals(Set.of("HOMONYME")) && file.status.equals("RECUP")) {
            ledger.clearIns(actor.name(), file);
            ledger.status(actor.name(), file, "PROV", "attribut HOMONYME");
        }
        return file;
    }

    private List<String> kinds(String setting) {
        return Arrays.stream(ledger.settings.get(setting).split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }

    private boolean strong(PatientFile file) {
        if (file.proof == null || !file.proofCounts) return false;
        String kind = Choices.wrong("proof-of-the-one-before") ? lastProof : file.proof.kind();
        if (kinds("high_confidence_proofs").contains(kind)) return true;
        if (Choices.wrong("list-of-proofs-fixed") && List.of("CNI", "PASSPORT").contains(kind)) return true;
        if (!kinds("minor_proofs").contains(kind)) return false;
        LocalDate birth = Spelling.date(file.get("birth_date"));
        LocalDate today = LocalDate.ofInstant(ledger.now(), ZoneId.of("Europe/Paris"));
        return Choices.wrong("grown-up-minors") || birth != null && birth.plusYears(18).isAfter(today);
    }

    PatientFile prove(Actor actor, String id, String kind) {
        PatientFile file = ledger.file(id);
        actor.must("READ_IDENTITY");
        Set<String> known = new LinkedHashSet<>(kinds("high_confidence_proofs"));
        known.addAll(kinds("low_confidence_proofs"));
        known.addAll(kinds("minor_proofs"));
        if (!known.contains(kind)) throw new Refusal("DISPOSITIF", "Dispositif inconnu ici : " + kind, "proof");
        if (Choices.wrong("first-proof-stays") && file.proof != null && file.locked()) return file;
        lastProof = kind;
        ledger.write(actor.name(), id, "proof", "kind", kind);
        boolean automatic = "true".equals(ledger.settings.get("automatic_validation"));
        if (Choices.wrong("passport-validates-by-itself") && kind.equals("PASSPORT") && file.status.equals("RECUP")) automatic = true;
        if (automatic && strong(file) && !file.doubtful()) promote(actor, file, "validation automatique");
        return file;
    }

    PatientFile validate(Actor actor, String id) {
        PatientFile file = ledger.file(id);
        actor.must("VALIDATE_IDENTITY");
        if (file.doubtful() && !(Choices.wrong("fictitious-can-be-validated") && file.attributes.contains("FICTIVE")))
            throw new Refusal("ATTRIBUT_BLOQUANT", "Identité douteuse ou fictive.");
        boolean enough = strong(file) || Choices.wrong("recovered-needs-no-proof") && file.status.equals("RECUP") && file.proof != null;
        if (!enough) throw new Refusal("DISPOSITIF_INSUFFISANT", "Aucun dispositif à haut niveau de confiance.", "proof");
        if (file.status.equals("VALI") || file.status.equals("QUAL")) {
            if (Choices.right("validating-again-is-nothing")) return file;
            throw new Refusal("DEJA", "Identité déjà contrôlée.");
        }
        promote(actor, file, "contrôle de " + file.proof.kind());
        return file;
    }

    private void promote(Actor actor, PatientFile file, String reason) {
        if (file.status.equals("PROV")) ledger.status(actor.name(), file, "VALI", reason);
        else if (file.status.equals("RECUP")) ledger.status(actor.name(), file, "QUAL", reason);
    }

    PatientFile lower(Actor actor, String id, String to) {
        PatientFile file = ledger.file(id);
        actor.must("VALIDATE_IDENTITY");
        boolean down = to.equals("PROV") && !file.status.equals("PROV") || to.equals("VALI") && file.status.equals("QUAL");
        if (!down) throw new Refusal("STATUT", "De " + file.status + " à " + to + " : ce n'est pas un abaissement.");
        if (!(Choices.wrong("lowering-to-validated-keeps-ins") && to.equals("VALI"))) ledger.clearIns(actor.name(), file);
        ledger.status(actor.name(), file, to, "abaissé à la main");
        if (Choices.right("lowered-wants-a-new-proof") && to.equals("PROV")) file.proofCounts = false;
        return file;
    }
}
