/** Returns a valid S3 bucket name that is derived from the name of a warehouse. */
export function bucketNamed(warehouse: string): string {
  const name = warehouse
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
  return name.length < 3 ? `warehouse-${name}` : name
}
