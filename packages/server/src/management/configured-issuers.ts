/** The sentence that tells which issuers there are, to somebody who named another one. */
export function configuredIssuers(issuers: ReadonlySet<string>): string {
  const known = [...issuers].toSorted().join(', ')
  return known === ''
    ? 'No issuer is configured (HEADGATE_ISSUERS).'
    : `Configured, letter by letter, are: ${known}.`
}
