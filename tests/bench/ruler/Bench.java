import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import software.amazon.event.ruler.Machine;

/**
 * Bench EVENTS RULES...: for each file of rules, {"name": pattern}, the events a second that
 * Event Ruler matches in one thread, and how many matches there were. Events are strings in
 * memory, rules compiled before; the best of two passes after one to warm up.
 */
public final class Bench {
    public static void main(String[] args) throws Exception {
        List<String> events = Files.readAllLines(Path.of(args[0]));
        for (int i = 1; i < args.length; i++) {
            Machine machine = Machine.builder().build();
            JsonNode rules = new ObjectMapper().readTree(Path.of(args[i]).toFile());
            for (var rule : rules.properties()) {
                machine.addRule(rule.getKey(), rule.getValue().toString());
            }
            double best = 0;
            long matches = 0;
            for (int pass = 0; pass < 3; pass++) {
                long start = System.nanoTime();
                matches = 0;
                for (String event : events) {
                    matches += machine.rulesForJSONEvent(event).size();
                }
                best = Math.max(best, events.size() / ((System.nanoTime() - start) / 1e9));
            }
            System.out.printf("%.0f %d%n", best, matches);
        }
    }
}
