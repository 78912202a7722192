package org.apache.iceberg.rest;

import java.util.UUID;

/**
 * View tests of the compatibility kit, which create views below headgate.base-location instead of in the
 * temporary folder of the JVM. Each test uses a separate folder.
 */
public class ConfigurableViewCatalogTests extends RESTCompatibilityKitViewCatalogTests {
  private final String folder = "views-" + UUID.randomUUID();

  @Override
  protected String viewLocation(String... parts) {
    String base = System.getProperty("headgate.base-location");
    return String.join("/", base, folder, String.join("/", parts));
  }
}
