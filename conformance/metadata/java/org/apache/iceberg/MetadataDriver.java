package org.apache.iceberg;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.util.JsonUtil;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;

/**
 * Evaluates inputs with Iceberg's metadata classes. Reads requests from standard input, one JSON object per line, and
 * writes one response per line to standard output, in the same order.
 *
 * <p>A refusal is {"error": {"type", "message"}}. Operations:
 *
 * <ul>
 *   <li>read: parses the metadata document `document` of a table or view (`kind`), and returns in `document` how Java writes it
 *   <li>create: creates the table of the createTable body `request`, and returns its metadata in `document`
 *   <li>commit: applies `updates` to the document `base`, and returns the result in `document`. `changed` is false if
 *       nothing changed
 * </ul>
 *
 * Times and random ids are replaced by `now` and `uuid`, so that both models create the same document.
 */
public final class MetadataDriver {
  private static final ObjectMapper JSON = JsonUtil.mapper();

  /** Writes JSON with escapes for non-ASCII characters, because readers of lines treat U+2028 as a line end. */
  private static final ObjectWriter ASCII = JSON.writer().with(JsonGenerator.Feature.ESCAPE_NON_ASCII);

  private MetadataDriver() {}

  public static void main(String[] args) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 20);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(ASCII.writeValueAsString(answer(JSON.readTree(line))));
      if (!in.ready()) {
        out.flush();
      }
    }
    out.flush();
  }

  private static ObjectNode answer(JsonNode question) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      switch (question.get("op").asText()) {
        case "read":
          answer.set("document", read(question));
          break;
        case "create":
          answer.set("document", create(question));
          break;
        case "commit":
          commit(question, answer);
          break;
        default:
          throw new IllegalStateException("unknown operation");
      }
    } catch (Throwable refusal) {
      answer.set("error", error(refusal));
    }
    return answer;
  }

  private static ObjectNode error(Throwable refusal) {
    ObjectNode error = JSON.createObjectNode();
    error.put("type", refusal.getClass().getSimpleName());
    error.put("message", String.valueOf(refusal.getMessage()));
    return error;
  }

  private static boolean isView(JsonNode question) {
    return question.get("kind").asText().equals("view");
  }

  private static JsonNode read(JsonNode question) throws Exception {
    JsonNode document = question.get("document");
    return isView(question)
        ? JSON.readTree(ViewMetadataParser.toJson(ViewMetadataParser.fromJson(document)))
        : JSON.readTree(TableMetadataParser.toJson(TableMetadataParser.fromJson(document)));
  }

  private static JsonNode create(JsonNode question) throws Exception {
    CreateTableRequest request =
        restMapper().treeToValue(question.get("request"), CreateTableRequest.class);
    request.validate();
    TableMetadata made =
        TableMetadata.newTableMetadata(
            request.schema(),
            request.spec() != null ? request.spec() : PartitionSpec.unpartitioned(),
            request.writeOrder() != null ? request.writeOrder() : SortOrder.unsorted(),
            request.location(),
            request.properties());
    ObjectNode document = (ObjectNode) JSON.readTree(TableMetadataParser.toJson(made));
    document.set("table-uuid", question.get("uuid"));
    document.set("last-updated-ms", question.get("now"));
    return document;
  }

  private static void commit(JsonNode question, ObjectNode answer) throws Exception {
    if (isView(question)) {
      commitView(question, question.get("base"), answer);
    } else {
      commitTable(question, question.get("base"), answer);
    }
  }

  private static void commitTable(JsonNode question, JsonNode base, ObjectNode answer)
      throws Exception {
    ArrayNode updates = (ArrayNode) question.get("updates");
    TableMetadata.Builder builder;
    if (base.isNull()) {
      builder = emptyBuilder(updates);
      set(builder, "uuid", question.get("uuid").asText());
    } else {
      String location = question.get("location").asText();
      builder = TableMetadata.buildFrom(TableMetadataParser.fromJson(location, base));
    }
    set(builder, "lastUpdatedMillis", question.get("now").asLong());
    for (JsonNode update : updates) {
      MetadataUpdateParser.fromJson(update).applyTo(builder);
    }
    TableMetadata made = builder.build();
    answer.put("changed", !made.changes().isEmpty());
    answer.set("document", JSON.readTree(TableMetadataParser.toJson(made)));
  }

  /** Returns the builder of an empty table with the format version of the first upgrade, as CatalogHandlers.create does. */
  private static TableMetadata.Builder emptyBuilder(ArrayNode updates) {
    for (JsonNode update : updates) {
      MetadataUpdate parsed = MetadataUpdateParser.fromJson(update);
      if (parsed instanceof MetadataUpdate.UpgradeFormatVersion) {
        return TableMetadata.buildFromEmpty(
            ((MetadataUpdate.UpgradeFormatVersion) parsed).formatVersion());
      }
    }
    return TableMetadata.buildFromEmpty();
  }

  private static void commitView(JsonNode question, JsonNode base, ObjectNode answer)
      throws Exception {
    ViewMetadata.Builder builder =
        base.isNull()
            ? ViewMetadata.builder()
            : ViewMetadata.buildFrom(ViewMetadataParser.fromJson(base));
    for (JsonNode update : question.get("updates")) {
      MetadataUpdateParser.fromJson(update).applyTo(builder);
    }
    ViewMetadata made = builder.build();
    answer.put("changed", !made.changes().isEmpty());
    answer.set("document", JSON.readTree(ViewMetadataParser.toJson(made)));
  }

  private static void set(Object target, String name, Object value) throws Exception {
    Field field = target.getClass().getDeclaredField(name);
    field.setAccessible(true);
    field.set(target, value);
  }

  private static ObjectMapper restMapper() throws Exception {
    Method mapper = Class.forName("org.apache.iceberg.rest.RESTObjectMapper").getDeclaredMethod("mapper");
    mapper.setAccessible(true);
    return (ObjectMapper) mapper.invoke(null);
  }
}
