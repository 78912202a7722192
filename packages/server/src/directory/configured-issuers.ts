/** Returns a sentence that lists the configured issuers, for error messages about an unknown issuer. */
export function listConfiguredIssuers(issuers: ReadonlySet<string>): string {
  const known = [...issuers].toSorted().join(', ')
  return known === ''
    ? 'No issuer is configured (HEADGATE_ISSUERS).'
    : `Configured issuers, which must match exactly: ${known}.`
}
