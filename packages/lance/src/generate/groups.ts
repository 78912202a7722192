/** Into which file of `model/wire` a schema goes: the first whose pattern its name matches. */
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

/** What has no file: page tokens and limits are written out where they are used, and bytes are no JSON. */
export const withoutFile: ReadonlySet<string> = new Set(['PageToken', 'PageLimit', 'Binary'])

/** @throws for a schema that no file takes */
export function fileOf(schema: string): string {
  const found = groups.find(([, names]) => names.test(schema))
  if (found === undefined) throw new Error(`no file of model/wire takes ${schema}`)
  return found[0]
}
