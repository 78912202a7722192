interface PrincipalIds {
  readonly issuer: string
  readonly subject: string
}

/** Returns whether a principal is a client of this server, and not a user of another issuer. */
export function isOwn({ issuer }: Pick<PrincipalIds, 'issuer'>): boolean {
  return issuer === 'headgate'
}

/**
 * Returns the name of a principal in documents of `headgate apply`: its client id, or `ISSUER#SUBJECT` for a user of
 * another issuer.
 */
export function principalName(principal: PrincipalIds): string {
  const { issuer, subject } = principal
  return isOwn(principal) ? subject : `${issuer}#${subject}`
}
