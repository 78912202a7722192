package org.apache.iceberg;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.encryption.PlaintextEncryptionManager;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionParser;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.rest.RESTSerializers;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.BinaryUtil;
import org.apache.iceberg.util.JsonUtil;
import org.apache.iceberg.util.UnicodeUtil;

/**
 * Writes tables and plans scans of them with Iceberg. Reads requests from standard input, one JSON object per line, and
 * writes one response per line to standard output, in the same order.
 *
 * <p>A request has `folder`, `format`, `schema`, `steps` and `scans`. The response has the `metadata` of the table, and
 * for each scan its `files`, with residual filters and delete files, and `rows`: the paths of the files in which a row
 * matches the filter.
 */
public final class PlanningDriver {
  private static final ObjectMapper JSON = JsonUtil.mapper();
  private static final ObjectWriter ASCII = JSON.writer().with(JsonGenerator.Feature.ESCAPE_NON_ASCII);

  private PlanningDriver() {}

  public static void main(String[] args) throws Exception {
    RESTSerializers.registerAll(JSON);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 20);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = JSON.createObjectNode();
      try {
        answer(JSON.readTree(line), answer);
      } catch (Throwable failure) {
        answer.put("error", failure.toString());
      }
      out.println(ASCII.writeValueAsString(answer));
      out.flush();
    }
  }

  /** Data file that was written, with its rows. */
  private static final class Written {
    final DataFile file;
    final List<GenericRecord> rows;

    Written(DataFile file, List<GenericRecord> rows) {
      this.file = file;
      this.rows = rows;
    }
  }

  private static void answer(JsonNode question, ObjectNode answer) throws Exception {
    Schema schema = SchemaParser.fromJson(question.get("schema"));
    LocalOperations operations = new LocalOperations(question.get("folder").asText());
    operations.commit(
        null,
        TableMetadata.newTableMetadata(
            schema,
            PartitionSpec.unpartitioned(),
            question.get("folder").asText(),
            Map.of("format-version", question.get("format").asText(), "commit.manifest-merge.enabled", "false")));
    BaseTable table = new BaseTable(operations, "t");
    List<Written> written = new ArrayList<>();
    for (JsonNode step : question.get("steps")) {
      step(table, step, written);
    }
    answer.set("metadata", JSON.readTree(TableMetadataParser.toJson(operations.current())));
    ArrayNode scans = answer.putArray("scans");
    for (JsonNode scan : question.get("scans")) {
      ObjectNode planned = scans.addObject();
      try {
        plan(table, scan, written, planned);
      } catch (Exception refusal) {
        planned.put("error", refusal.toString());
      }
    }
  }

  private static void step(Table table, JsonNode step, List<Written> written) {
    switch (step.get("kind").asText()) {
      case "spec":
        UpdatePartitionSpec spec = table.updateSpec();
        for (JsonNode name : step.get("remove")) {
          spec.removeField(name.asText());
        }
        for (JsonNode field : step.get("add")) {
          spec.addField(term(field.get("source").asText(), field.get("transform").asText()));
        }
        spec.commit();
        break;
      case "append":
        AppendFiles append = table.newFastAppend();
        for (Written file : files(table, step)) {
          append.appendFile(file.file);
          written.add(file);
        }
        append.commit();
        break;
      case "remove":
        table.newDelete().deleteFile(written.get(step.get("file").asInt() % written.size()).file).commit();
        break;
      case "deletes":
        RowDelta delta = table.newRowDelta();
        delta.addDeletes(deleteFile(table, step, written.get(step.get("file").asInt() % written.size())));
        delta.commit();
        break;
      default:
        throw new IllegalStateException("unknown step");
    }
  }

  private static Term term(String source, String transform) {
    int width = transform.indexOf('[');
    String name = width < 0 ? transform : transform.substring(0, width);
    int size = width < 0 ? 0 : Integer.parseInt(transform.substring(width + 1, transform.length() - 1));
    switch (name) {
      case "bucket":
        return Expressions.bucket(source, size);
      case "truncate":
        return Expressions.truncate(source, size);
      case "year":
        return Expressions.year(source);
      case "month":
        return Expressions.month(source);
      case "day":
        return Expressions.day(source);
      case "hour":
        return Expressions.hour(source);
      default:
        return Expressions.ref(source);
    }
  }

  private static DeleteFile deleteFile(Table table, JsonNode step, Written target) {
    PartitionSpec spec = table.specs().get(target.file.specId());
    String path = table.location() + "/data/" + UUID.randomUUID() + ".parquet";
    FileMetadata.Builder builder =
        FileMetadata.deleteFileBuilder(spec).withPath(path).withFormat("parquet").withFileSizeInBytes(10).withRecordCount(1);
    if (spec.isPartitioned()) {
      builder.withPartition(target.file.partition());
    }
    switch (step.get("content").asText()) {
      case "equality":
        return builder.ofEqualityDeletes(1).build();
      case "file":
        return builder.ofPositionDeletes().withReferencedDataFile(target.file.location()).build();
      case "vector":
        return builder
            .ofPositionDeletes()
            .withPath(path.replace(".parquet", ".puffin"))
            .withFormat("puffin")
            .withReferencedDataFile(target.file.location())
            .withContentOffset(4)
            .withContentSizeInBytes(6)
            .build();
      default:
        return builder.ofPositionDeletes().build();
    }
  }

  /** Writes the rows of a step to data files, one for each partition. */
  private static List<Written> files(Table table, JsonNode step) {
    PartitionSpec spec = table.spec();
    Map<List<Object>, List<GenericRecord>> partitions = new LinkedHashMap<>();
    for (JsonNode json : step.get("rows")) {
      GenericRecord row = record(table.schema(), json);
      List<Object> key = new ArrayList<>();
      for (PartitionField field : spec.fields()) {
        key.add(partitionValue(table.schema(), field, row));
      }
      partitions.computeIfAbsent(key, unused -> new ArrayList<>()).add(row);
    }
    List<Written> files = new ArrayList<>();
    partitions.forEach((key, rows) -> {
      PartitionData partition = new PartitionData(spec.partitionType());
      for (int at = 0; at < key.size(); at += 1) {
        partition.set(at, key.get(at));
      }
      DataFiles.Builder builder =
          DataFiles.builder(spec)
              .withPath(table.location() + "/data/" + UUID.randomUUID() + ".parquet")
              .withFormat("parquet")
              .withFileSizeInBytes(1000)
              .withMetrics(metrics(table.schema(), rows, step.get("metrics").asText()));
      if (spec.isPartitioned()) {
        builder.withPartition(partition);
      }
      files.add(new Written(builder.build(), rows));
    });
    return files;
  }

  @SuppressWarnings("unchecked")
  private static Object partitionValue(Schema schema, PartitionField field, GenericRecord row) {
    Types.NestedField source = schema.findField(field.sourceId());
    Object value = get(row, schema.findColumnName(source.fieldId()));
    return ((Transform<Object, Object>) field.transform())
        .bind(source.type())
        .apply(value);
  }

  private static Object get(GenericRecord row, String name) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      return row.getField(name);
    }
    GenericRecord inner = (GenericRecord) row.getField(name.substring(0, dot));
    return inner == null ? null : inner.getField(name.substring(dot + 1));
  }

  private static GenericRecord record(Schema schema, JsonNode json) {
    GenericRecord record = GenericRecord.create(schema);
    fill(record, schema.asStruct(), json);
    return record;
  }

  private static void fill(GenericRecord record, Types.StructType type, JsonNode json) {
    for (Types.NestedField field : type.fields()) {
      JsonNode value = json.get(field.name());
      if (value == null || value.isNull()) {
        continue;
      }
      if (field.type().isStructType()) {
        GenericRecord inner = GenericRecord.create(field.type().asStructType());
        fill(inner, field.type().asStructType(), value);
        record.setField(field.name(), inner);
      } else {
        record.setField(field.name(), value(field.type(), value));
      }
    }
  }

  private static Object value(Type type, JsonNode json) {
    if (json.isTextual() && json.asText().equals("NaN")) {
      return type.typeId() == Type.TypeID.FLOAT ? (Object) Float.NaN : (Object) Double.NaN;
    }
    if (type.typeId() == Type.TypeID.FLOAT) {
      return (float) json.asDouble();
    }
    return type.typeId() == Type.TypeID.DOUBLE ? json.asDouble() : SingleValueParser.fromJson(type, json);
  }

  private static Metrics metrics(Schema schema, List<GenericRecord> rows, String mode) {
    Map<Integer, Long> values = new HashMap<>();
    Map<Integer, Long> nulls = new HashMap<>();
    Map<Integer, Long> nans = new HashMap<>();
    Map<Integer, ByteBuffer> lower = new HashMap<>();
    Map<Integer, ByteBuffer> upper = new HashMap<>();
    if (!mode.equals("none")) {
      for (Map.Entry<Integer, String> column : TypeUtil.indexNameById(schema.asStruct()).entrySet()) {
        Type type = schema.findType(column.getKey());
        if (type.isPrimitiveType()) {
          column(column.getKey(), type, rows, column.getValue(), mode, values, nulls, nans, lower, upper);
        }
      }
    }
    return new Metrics((long) rows.size(), Map.of(), values, nulls, nans, lower, upper);
  }

  private static void column(
      int id,
      Type type,
      List<GenericRecord> rows,
      String name,
      String mode,
      Map<Integer, Long> values,
      Map<Integer, Long> nulls,
      Map<Integer, Long> nans,
      Map<Integer, ByteBuffer> lower,
      Map<Integer, ByteBuffer> upper) {
    Comparator<Object> comparator = Comparators.forType(type.asPrimitiveType());
    long nullCount = 0;
    long nanCount = 0;
    Object min = null;
    Object max = null;
    for (GenericRecord row : rows) {
      Object value = get(row, name);
      if (value == null) {
        nullCount += 1;
      } else if (value.equals(Float.NaN) || value.equals(Double.NaN)) {
        nanCount += 1;
      } else {
        min = min == null || comparator.compare(value, min) < 0 ? value : min;
        max = max == null || comparator.compare(value, max) > 0 ? value : max;
      }
    }
    values.put(id, (long) rows.size());
    nulls.put(id, nullCount);
    if (type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE) {
      nans.put(id, nanCount);
    }
    if (min == null || mode.equals("counts")) {
      return;
    }
    if (mode.equals("truncate") && type.typeId() == Type.TypeID.STRING) {
      min = UnicodeUtil.truncateStringMin(min.toString(), 2);
      max = UnicodeUtil.truncateStringMax(max.toString(), 2);
    }
    if (mode.equals("truncate") && type.typeId() == Type.TypeID.BINARY) {
      min = BinaryUtil.truncateBinaryMin((ByteBuffer) min, 1);
      max = BinaryUtil.truncateBinaryMax((ByteBuffer) max, 1);
    }
    lower.put(id, Conversions.toByteBuffer(type, min));
    if (max != null) {
      upper.put(id, Conversions.toByteBuffer(type, max));
    }
  }

  private static void plan(Table table, JsonNode scan, List<Written> written, ObjectNode planned) throws Exception {
    Expression filter = ExpressionParser.fromJson(scan.get("filter").toString());
    boolean caseSensitive = scan.get("case-sensitive").asBoolean();
    ArrayNode files = planned.putArray("files");
    if (scan.has("start-snapshot-id")) {
      IncrementalAppendScan incremental =
          table
              .newIncrementalAppendScan()
              .fromSnapshotExclusive(scan.get("start-snapshot-id").asLong())
              .toSnapshot(scan.get("end-snapshot-id").asLong())
              .caseSensitive(caseSensitive)
              .filter(filter);
      addTasks(files, incremental.planFiles());
      return;
    }
    TableScan point = table.newScan().caseSensitive(caseSensitive).filter(filter);
    addTasks(files, point.planFiles());
    ArrayNode rows = planned.putArray("rows");
    Evaluator evaluator = new Evaluator(
            table.schema().asStruct(),
            ExpressionParser.fromJson(scan.get("row-filter").toString()),
            caseSensitive);
    for (Written file : written) {
      for (GenericRecord row : file.rows) {
        if (row.struct().equals(table.schema().asStruct())
            && evaluator.eval(row)) {
          rows.add(file.file.location());
          break;
        }
      }
    }
  }

  private static void addTasks(ArrayNode files, CloseableIterable<FileScanTask> tasks) throws Exception {
    try (tasks) {
      for (FileScanTask task : tasks) {
        ObjectNode file = files.addObject();
        file.put("path", task.file().location());
        file.set("residual", JSON.readTree(ExpressionParser.toJson(task.residual())));
        ArrayNode deletes = file.putArray("deletes");
        for (DeleteFile delete : task.deletes()) {
          deletes.add(delete.location());
        }
      }
    }
  }

  /** Table operations that keep the metadata in memory, and files in a local directory. */
  private static final class LocalOperations implements TableOperations {
    private final String folder;
    private TableMetadata metadata = null;

    LocalOperations(String folder) {
      this.folder = folder;
    }

    @Override
    public TableMetadata current() {
      return metadata;
    }

    @Override
    public TableMetadata refresh() {
      return metadata;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata changed) {
      metadata = TableMetadataParser.fromJson(metadataFileLocation("v.json"), TableMetadataParser.toJson(changed));
    }

    @Override
    public FileIO io() {
      return new LocalFiles();
    }

    @Override
    public EncryptionManager encryption() {
      return PlaintextEncryptionManager.instance();
    }

    @Override
    public String metadataFileLocation(String name) {
      return folder + "/metadata/" + name;
    }

    @Override
    public LocationProvider locationProvider() {
      return LocationProviders.locationsFor(folder, Map.of());
    }
  }

  private static final class LocalFiles implements FileIO {
    @Override
    public InputFile newInputFile(String path) {
      return Files.localInput(path);
    }

    @Override
    public OutputFile newOutputFile(String path) {
      return Files.localOutput(path);
    }

    @Override
    public void deleteFile(String path) {
      new File(path).delete();
    }
  }
}
