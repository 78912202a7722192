package org.apache.iceberg.rest;

import java.util.UUID;

/**
 * The kit's view tests, with views of a chosen location below headgate.base-location instead of in Java's
 * temporary folder. As there, each test has a folder of its own.
 */
public class ConfigurableViewCatalogTests extends RESTCompatibilityKitViewCatalogTests {
  private final String folder = "views-" + UUID.randomUUID();

  @Override
  protected String viewLocation(String... parts) {
    String base = System.getProperty("headgate.base-location");
    return String.join("/", base, folder, String.join("/", parts));
  }
}
