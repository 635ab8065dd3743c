import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Who acts, and what they may do. */
record Actor(String name, boolean superUser) {
    static final Set<String> ALL =
            Set.of("READ_IDENTITY", "READ_INS", "CALL_INSI", "CHANGE_STRICT_TRAITS", "VALIDATE_IDENTITY");
    private static final Map<String, Set<String>> GIVEN = new HashMap<>();

    static void forget() {
        GIVEN.clear();
    }

    static void give(String user, List<String> rights) {
        for (String right : rights)
            if (!ALL.contains(right)) throw new Refusal("DROIT_INCONNU", "Droit inconnu : " + right);
        GIVEN.put(user, new TreeSet<>(rights));
    }

    static Set<String> of(String user) {
        if (GIVEN.containsKey(user)) return GIVEN.get(user);
        Set<String> rights = new TreeSet<>(ALL);
        rights.remove("CHANGE_STRICT_TRAITS");
        return rights;
    }

    boolean may(String right) {
        if (right.equals("CHANGE_STRICT_TRAITS") && superUser && !GIVEN.containsKey(name)) return true;
        return of(name).contains(right);
    }

    void must(String right) {
        if (!may(right)) throw new Refusal("DROIT_" + right, "Vous n'êtes pas habilité : " + right + ".");
    }
}
