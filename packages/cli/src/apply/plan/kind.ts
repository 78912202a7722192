/** Kind of a planned object. */
export type Kind = 'principal' | 'role' | 'warehouse' | 'namespace' | 'engine' | 'grant'
