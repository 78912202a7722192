package org.apache.iceberg.rest;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Table tests of the compatibility kit, with system properties for values that the kit fixes. The class is
 * in the package of the kit, because the helpers of the kit are visible only there.
 *
 * <ul>
 *   <li>headgate.base-location: location below which tests create tables (kit: file:/tmp)
 *   <li>headgate.nested-namespaces: whether the catalog supports nested namespaces (kit: no)
 *   <li>headgate.names-with-slashes: whether names may contain a slash (kit: no)
 *   <li>headgate.local-metadata: whether metadata files are on the disk of this machine (kit: yes)
 * </ul>
 */
public class ConfigurableCatalogTests extends RESTCompatibilityKitCatalogTests {
  private static boolean on(String name, boolean byDefault) {
    String value = System.getProperty("headgate." + name);
    return value == null ? byDefault : value.equals("true");
  }

  /** Drops all objects of earlier tests. The kit drops only some, and then a namespace of one test fails another. */
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
