/**
 * Namespace for tables that Lance clients address in the root, outside of any namespace. The catalog requires
 * a namespace for each table, but LanceDB uses the root by default.
 */
export const rootNamespace = 'default'
