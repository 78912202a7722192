package org.apache.iceberg.rest;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kit's table tests with switches for four things that the kit fixes. It lives in the kit's package
 * because the kit's helpers are visible only there.
 *
 * <ul>
 *   <li>headgate.base-location: where tests with a chosen location put tables (kit: file:/tmp)
 *   <li>headgate.nested-namespaces: the catalog has namespaces below namespaces (kit: no)
 *   <li>headgate.names-with-slashes: names may contain a slash (kit: no)
 *   <li>headgate.local-metadata: metadata files lie on this machine's disk (kit: yes)
 * </ul>
 */
public class ConfigurableCatalogTests extends RESTCompatibilityKitCatalogTests {
  private static boolean on(String name, boolean byDefault) {
    String value = System.getProperty("headgate." + name);
    return value == null ? byDefault : value.equals("true");
  }

  /** The kit empties only some of its namespaces before a test; "parent" of one test stops another. */
  @BeforeEach
  void dropLeftovers() {
    PurgeLeftovers.drop(catalog());
  }

  @Override
  protected String baseTableLocation(TableIdentifier table) {
    String base = System.getProperty("headgate.base-location");
    if (base == null) {
      return super.baseTableLocation(table);
    }
    return String.join("/", base, table.namespace().toString(), table.name());
  }

  @Override
  protected boolean supportsNestedNamespaces() {
    return on("nested-namespaces", false);
  }

  @Override
  protected boolean supportsNamesWithSlashes() {
    return on("names-with-slashes", false);
  }

  @Test
  @Override
  public void testLoadTableWithMissingMetadataFile(@TempDir Path folder) throws IOException {
    Assumptions.assumeTrue(on("local-metadata", true), "metadata files are not on this machine");
    super.testLoadTableWithMissingMetadataFile(folder);
  }
}
