import java.util.List;

/** What the user reads when an act is refused: nothing has changed. */
final class Refusal extends RuntimeException {
    final String code;
    final List<String> fields;

    Refusal(String code, String message, String... fields) {
        super(message);
        this.code = code;
        this.fields = List.of(fields);
    }

    static final class Absent extends RuntimeException {
        Absent(String what) {
            super(what);
        }
    }

    /** A verb, or a way of it, that this software does not have. */
    static final class NotHere extends RuntimeException {
        final String verb;

        NotHere(String verb, String why) {
            super(why);
            this.verb = verb;
        }
    }
}
