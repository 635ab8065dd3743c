import java.time.Instant;
import java.util.Map;

/** One row of the only table that is written: everything else is read from it. */
record Event(long number, Instant at, String user, String file, String kind, Map<String, Object> data) {
    String text(String key) {
        Object value = data.get(key);
        return value == null ? null : value.toString();
    }
}
