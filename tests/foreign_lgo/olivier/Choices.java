import java.util.HashSet;
import java.util.Set;

/** Other ways to be right (OLIVIER_CHOICES) and ways to be wrong (OLIVIER_MISTAKES, or --mistake NAME). */
final class Choices {
    private static final Set<String> ON = new HashSet<>();

    private Choices() {}

    static void take(String kind, String names) {
        if (names == null || names.isBlank()) return;
        Set<String> known = kind.equals("right") ? Names.RIGHT : Names.WRONG;
        for (String name : names.split(",")) {
            if (!known.contains(name)) throw new IllegalArgumentException("no such " + kind + " choice: " + name);
            ON.add(kind + ":" + name);
        }
    }

    static void forget() {
        ON.clear();
    }

    static boolean right(String name) {
        if (!Names.RIGHT.contains(name)) throw new IllegalStateException("not listed: " + name);
        return ON.contains("right:" + name);
    }

    static boolean wrong(String name) {
        if (!Names.WRONG.contains(name)) throw new IllegalStateException("not listed: " + name);
        return ON.contains("wrong:" + name);
    }
}
