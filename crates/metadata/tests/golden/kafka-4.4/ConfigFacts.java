// Prints what Apache Kafka's own classes say of its configs, as the tables beside this file. With Kafka's jars in LIB:
//   java -cp 'LIB/*' ConfigFacts.java topic-keys            > topic-keys.tsv
//   java -cp 'LIB/*' ConfigFacts.java topic-values          > topic-values.tsv
//   java -cp 'LIB/*' ConfigFacts.java broker-keys            > broker-keys.tsv
//   java -cp 'LIB/*' ConfigFacts.java broker-values NAMES... > broker-values.tsv
//   java -cp 'LIB/*' ConfigFacts.java group-keys             > group-keys.tsv
//   java -cp 'LIB/*' ConfigFacts.java client-metrics-keys    > client-metrics-keys.tsv
// NAMES are the names of those broker configs that we act on, or that wait. Columns: README.md.
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

public class ConfigFacts {
    static final String[] NUMBERS = {"", " ", "abc", "-2", "-1", "0", "1", "2", "3", "4", "5", " 77 ", "+5", "-0", "007",
        "0x10", "1_000", "1.0", "1e3", "9", "10", "17", "18", "22", "23", "-131072", "-131073", "1023", "1024", "1048575",
        "1048576", "2147483639", "2147483640", "2147483647", "2147483648", "-2147483648", "9223372036854775807",
        "9223372036854775808"};
    static final String[] FRACTIONS = {"", "abc", "0", "1", "0.5", " 0.25 ", "1.0", "1.1", "-0.1", "-0", "1e-3", "NaN",
        "Infinity", ".5", "1."};
    static final String[] SWITCHES = {"", "true", "TRUE", "True", " false ", "yes", "1", "0", "on"};
    static final String[] WORDS = {"", "producer", " producer ", "PRODUCER", "none", "uncompressed", "gzip", "snappy",
        "lz4", "zstd", "GZIP", "CreateTime", "LogAppendTime", "createtime", "x"};
    static final String[] LISTS = {"", " ", "delete", "compact", "delete,compact", "compact,delete",
        " delete , compact ", "delete,delete", "Delete", "delete,", ",delete", "delete,,compact", ",", "x", "delete,x",
        "0:1", "0:1,2:3", " 0:1 , 2:3 ", "*", "*,0:1", "0:1,", "a:b", "0", "0:", "0:1:2", "-1:1", "0:1,0:1", "all"};

    public static void main(String[] arguments) throws ReflectiveOperationException {
        boolean topic = arguments[0].startsWith("topic");
        ConfigDef definitions = switch (arguments[0].replaceAll("-(keys|values)$", "")) {
            case "topic" -> LogConfig.configDefCopy();
            case "group" -> GroupConfig.CONFIG_DEF;
            case "client-metrics" -> ClientMetricsConfigs.configDef();
            default -> kafka.server.KafkaConfig.configDef();
        };
        List<String> names = Arrays.asList(arguments).subList(1, arguments.length);
        for (String name : new TreeSet<>(names.isEmpty() ? definitions.names() : names)) {
            ConfigDef.ConfigKey key = definitions.configKeys().get(name);
            if (arguments[0].endsWith("keys")) {
                printKey(arguments[0], key);
            } else {
                for (String value : candidates(key.type)) {
                    System.out.println(name + "\t" + quote(value) + "\t" + quote(accepted(topic, key, value)));
                }
            }
        }
    }

    static void printKey(String what, ConfigDef.ConfigKey key) throws ReflectiveOperationException {
        String value = key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null;
        String last = switch (what) {
            case "topic-keys" -> String.join(",", ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS
                .getOrDefault(key.name, List.of()).stream().map(synonym -> synonym.name()).toList());
            case "group-keys" -> GroupConfig.brokerSynonym(key.name).orElse("");
            case "client-metrics-keys" -> "";
            default -> perBroker().contains(key.name) ? "live-for-one"
                : DynamicBrokerConfig.ALL_DYNAMIC_CONFIGS.contains(key.name) ? "live" : "restart";
        };
        System.out.println(key.name + "\t" + key.type + "\t" + quote(value) + "\t" + last);
    }

    /** Private in Kafka. */
    @SuppressWarnings("unchecked")
    static Set<String> perBroker() throws ReflectiveOperationException {
        var field = DynamicBrokerConfig.class.getDeclaredField("PER_BROKER_CONFIGS");
        field.setAccessible(true);
        return (Set<String>) field.get(null);
    }

    /** The value as Kafka shows it, or null if it refuses it. */
    static String accepted(boolean topic, ConfigDef.ConfigKey key, String value) {
        try {
            Object parsed = ConfigDef.parseType(key.name, value, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, parsed);
            }
            if (topic) {
                LogConfig.validate(Map.of(key.name, value));
            }
            return ConfigDef.convertToString(parsed, key.type);
        } catch (ConfigException refused) {
            return null;
        }
    }

    static String[] candidates(ConfigDef.Type type) {
        return switch (type) {
            case SHORT, INT, LONG -> NUMBERS;
            case DOUBLE -> FRACTIONS;
            case BOOLEAN -> SWITCHES;
            case LIST -> LISTS;
            default -> WORDS;
        };
    }

    static String quote(String text) {
        return text == null ? "null" : '"' + text + '"';
    }
}
