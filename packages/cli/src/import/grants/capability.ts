/** Kind of an object on which a right is granted. */
export type ObjectKind = 'warehouse' | 'namespace' | 'table' | 'view'

/**
 * Capabilities, such as reading table data, by which the rights of different catalogs are compared. The texts describe
 * them in the comments of the review document.
 */
export const capabilities = {
  list: 'listing names',
  'read-namespaces': 'reading namespace properties',
  describe: 'reading table metadata',
  read: 'reading table data',
  'describe-views': 'reading view definitions',
  write: 'writing table data',
  'change-tables': 'changing table metadata',
  'change-views': 'changing views',
  'change-namespaces': 'changing namespace properties',
  'create-tables': 'creating tables',
  'create-views': 'creating views',
  'create-namespaces': 'creating namespaces',
  'drop-tables': 'dropping and renaming tables',
  'drop-views': 'dropping and renaming views',
  'drop-namespaces': 'dropping namespaces',
  grant: 'granting rights',
  'delete-warehouse': 'deleting the warehouse',
} as const

export type Capability = keyof typeof capabilities

const all = Object.keys(capabilities) as readonly Capability[]

/**
 * Capabilities that a right can include, keyed by the kind of the object on which it is granted. They apply to the
 * object and to everything in it.
 */
const relevant: Readonly<Record<ObjectKind, readonly Capability[]>> = {
  warehouse: all,
  namespace: all.filter((each) => each !== 'delete-warehouse'),
  table: ['list', 'describe', 'read', 'write', 'change-tables', 'drop-tables', 'grant'],
  view: ['list', 'describe-views', 'change-views', 'drop-views', 'grant'],
}

export function relevantCapabilities(
  kind: ObjectKind,
  held: ReadonlySet<Capability>,
): ReadonlySet<Capability> {
  return new Set(relevant[kind].filter((each) => held.has(each)))
}

/** Returns all capabilities that a right on an object of the given kind can include. */
export function everyCapability(kind: ObjectKind): ReadonlySet<Capability> {
  return new Set(relevant[kind])
}

/** Formats capabilities as text, such as `reading table data, changing views`. */
export function formatCapabilities(set: Iterable<Capability>): string {
  const chosen = new Set(set)
  return all
    .filter((each) => chosen.has(each))
    .map((each) => capabilities[each])
    .join(', ')
}
