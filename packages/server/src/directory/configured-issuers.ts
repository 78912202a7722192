/** Returns a sentence with the configured issuers, for errors about another one. */
export function listConfiguredIssuers(issuers: ReadonlySet<string>): string {
  const known = [...issuers].toSorted().join(', ')
  return known === ''
    ? 'No issuer is configured (HEADGATE_ISSUERS).'
    : `Configured, letter by letter, are: ${known}.`
}
