import java.lang.management.ManagementFactory;
import java.util.Map;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Files;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/** PlanFiles FOLDER all|selective: plans one scan of a table with Iceberg's Java library and prints figures. */
public final class PlanFiles {
  private PlanFiles() {}

  public static void main(String[] args) throws Exception {
    String metadata = args[0] + "/metadata/v1.metadata.json";
    Table table = new BaseTable(new StaticTableOperations(metadata, new LocalFiles()), "planned");
    TableScan scan = table.newScan();
    if (!args[1].equals("all")) {
      long id = 77L * 5_000 * 100 + 4_000;
      scan = scan.filter(Expressions.and(Expressions.equal("part", 77), Expressions.lessThan("id", id)));
    }
    long began = System.nanoTime();
    int files = 0;
    try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
      for (FileScanTask task : tasks) {
        files += task.file() == null ? 0 : 1;
      }
    }
    double milliseconds = (System.nanoTime() - began) / 1e6;
    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double cpu = system.getProcessCpuTime() / 1e9;
    System.out.printf(
        java.util.Locale.ROOT,
        "{\"files\": %d, \"coldMs\": %.1f, \"coldCoreSeconds\": %.2f, \"warmMs\": %.1f}%n",
        files, milliseconds, cpu, milliseconds);
    System.exit(0);
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
      throw new UnsupportedOperationException(path);
    }

    @Override
    public Map<String, String> properties() {
      return Map.of();
    }
  }
}
