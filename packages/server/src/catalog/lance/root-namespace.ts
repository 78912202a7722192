/**
 * Namespace of the tables that Lance clients address directly below the root. Warehouses have no tables outside of
 * namespaces, but LanceDB keeps its tables in the root by default.
 */
export const rootNamespace = 'default'
