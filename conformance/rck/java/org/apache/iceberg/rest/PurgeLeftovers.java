package org.apache.iceberg.rest;

import java.util.List;
import java.util.Set;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Drops the objects that tests of the compatibility kit leave in a catalog. The kit does not drop all of its
 * namespaces, and its tests of namespace lists would then fail in the next run.
 *
 * <p>With the argument "list", prints the names of the objects, and exits with 3 if there are any. With
 * "drop", drops them.
 */
public class PurgeLeftovers {
  private static final Set<String> OTHERS =
      Set.of("a", "ns_1", "ns_2", "newdb_1", "newdb_2", "new.db", "parent");

  public static void main(String[] args) throws Exception {
    List<Namespace> found;
    try (RESTCatalog catalog = RCKUtils.initCatalogClient()) {
      found = args[0].equals("drop") ? drop(catalog) : leftovers(catalog);
    }
    found.forEach(System.out::println);
    System.exit(args[0].equals("list") && !found.isEmpty() ? 3 : 0);
  }

  static List<Namespace> drop(RESTCatalog catalog) {
    List<Namespace> found = leftovers(catalog);
    found.forEach(namespace -> dropTree(catalog, namespace));
    return found;
  }

  private static List<Namespace> leftovers(RESTCatalog catalog) {
    return catalog.listNamespaces().stream().filter(PurgeLeftovers::isOfTheKit).toList();
  }

  private static boolean isOfTheKit(Namespace namespace) {
    return RCKUtils.TEST_NAMESPACES.contains(namespace)
        || (namespace.length() == 1 && OTHERS.contains(namespace.level(0)));
  }

  private static void dropTree(RESTCatalog catalog, Namespace namespace) {
    for (Namespace child : children(catalog, namespace)) {
      dropTree(catalog, child);
    }
    for (TableIdentifier table : catalog.listTables(namespace)) {
      catalog.dropTable(table, false);
    }
    try {
      for (TableIdentifier view : catalog.listViews(namespace)) {
        catalog.dropView(view);
      }
    } catch (UnsupportedOperationException noViews) {
      // The catalog does not support views.
    }
    catalog.dropNamespace(namespace);
  }

  private static List<Namespace> children(RESTCatalog catalog, Namespace namespace) {
    try {
      return catalog.listNamespaces(namespace).stream()
          .filter(child -> child.length() > namespace.length())
          .toList();
    } catch (RuntimeException noNesting) {
      return List.of();
    }
  }
}
