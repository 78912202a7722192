/** Kind of an object that a plan of `headgate apply` creates, changes or deletes. */
export type Kind = 'principal' | 'role' | 'warehouse' | 'namespace' | 'engine' | 'grant'
