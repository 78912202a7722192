/**
 * Names of the generated files in `src/model/wire`, each with a pattern for the names of its schemas. A schema
 * belongs to the first file whose pattern matches.
 */
const groups: readonly (readonly [file: string, names: RegExp])[] = [
  ['common', /^(?:Error|Identity|Context)/],
  ['tag', /Tag/],
  ['branch', /Branch/],
  ['index-operation', /Ind(?:ex|ices)/],
  ['transaction', /Transaction|PropertyMode/],
  ['materialized-view', /MaterializedView/],
  ['batch-commit', /BatchCommit|CommitTable/],
  ['table-version', /Version|ManifestNamingScheme/],
  ['columns', /Column|FieldMetadata|SchemaMetadata/],
  ['statistics', /Stats|^Fragment/],
  ['full-text-query', /Fts|MatchQuery|PhraseQuery|BoostQuery|BooleanQuery|^Operator$/],
  ['query', /Query/],
  ['partition', /^Partition/],
  ['arrow-schema', /^JsonArrow/],
  ['namespace', /Namespace/],
  ['table-data', /IntoTable|^UpdateTable|FromTable|CountTableRows|^CreateTable|RestoreTable/],
  ['table', /Table/],
]

/** Schemas for which no TypeScript type is generated: page tokens and limits are inlined, and bytes are not JSON. */
export const inlineSchemas: ReadonlySet<string> = new Set(['PageToken', 'PageLimit', 'Binary'])

/**
 * Returns the name of the file of `src/model/wire` that contains a schema.
 *
 * @throws {Error} when no pattern matches
 */
export function findFile(schema: string): string {
  const found = groups.find(([, names]) => names.test(schema))
  if (found === undefined)
    throw new Error(
      `No file of src/model/wire matches the schema ${schema}. Add a pattern to generate/wire-file-names.ts.`,
    )
  return found[0]
}
