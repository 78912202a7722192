/** A bucket name after the warehouse's, which may have characters that buckets may not. */
export function bucketNamed(warehouse: string): string {
  const name = warehouse
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
  return name.length < 3 ? `warehouse-${name}` : name
}
