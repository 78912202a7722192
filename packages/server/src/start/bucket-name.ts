/** Returns a valid bucket name that resembles the warehouse's name. */
export function bucketNamed(warehouse: string): string {
  const name = warehouse
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
  return name.length < 3 ? `warehouse-${name}` : name
}
