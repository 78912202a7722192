import type { IndexEntry, Manifest } from '@headgate/lance/format'

/** Encodes the indices of a table version. Several index entries with the same name are segments of one index. */
export function toIndices({ indices, fields }: Manifest): readonly object[] {
  const byId = new Map(fields.map((field) => [field.id, field]))
  const pathOf = (id: number): string => {
    const field = byId.get(id)
    if (field === undefined) return String(id)
    const name = /[.`]/.test(field.name) ? `\`${field.name.replaceAll('`', '``')}\`` : field.name
    return field.parentId < 0 ? name : `${pathOf(field.parentId)}.${name}`
  }
  return [...Map.groupBy(indices, ({ name }) => name)].map(([name, segments]) => {
    const [first] = segments
    return {
      index_name: name,
      index_uuid: first?.uuid,
      columns: first?.fieldIds.map(pathOf),
      status: 'SUCCEEDED',
      ...typeOf(first),
      num_segments: segments.length,
    }
  })
}

/**
 * Returns the type of an index, which is the name of its details message in the manifest. Manifests of earlier versions
 * of Lance do not contain details.
 */
function typeOf(entry: IndexEntry | undefined): object {
  const details = entry?.detailsType ?? null
  return details === null
    ? {}
    : { index_type: details.replace(/IndexDetails$/, ''), type_url: `/lance.table.${details}` }
}
