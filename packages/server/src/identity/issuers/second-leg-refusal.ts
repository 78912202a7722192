/**
 * Advice for the caller for each error code of the issuer (RFC 6749 section 5.2, RFC 8693 section 2.2.2, OpenID
 * Connect Core section 3.1.2.6).
 */
const remedies: Readonly<Record<string, string>> = {
  invalid_grant: 'The user must sign in again. Then send the new token.',
  interaction_required:
    'The user must sign in again, because the issuer requires an interaction with the user.',
  consent_required: 'The user, or an administrator for all users, must give consent at the issuer.',
  login_required: 'The user must sign in again. Then send the new token.',
  invalid_request:
    'Send a token of the user whose audience is the client of this server at the issuer. If the token has this audience, the operator must check secondLeg in HEADGATE_ISSUERS.',
  invalid_client:
    'The operator of this server must check the client in secondLeg of HEADGATE_ISSUERS: the issuer does not know the client, has disabled it, or does not accept its credential.',
  unauthorized_client:
    'The operator of this server must allow the exchange for its client at the issuer, and check the credential of the client (secondLeg of HEADGATE_ISSUERS).',
  access_denied:
    'The rules of the issuer forbid the exchange for this user, or for the client of this server. The operator of the issuer must check these rules.',
  unsupported_grant_type:
    'The operator of this server must choose a profile that the issuer supports (secondLeg of HEADGATE_ISSUERS).',
  invalid_scope:
    'The operator of this server must correct the scope in secondLeg of HEADGATE_ISSUERS, or allow this scope for the client at the issuer.',
  invalid_target:
    'The operator of this server must correct the audience in secondLeg of HEADGATE_ISSUERS, or allow this audience for the client at the issuer.',
}

/**
 * Returns the message for the caller when the issuer refused to exchange the user's token (second leg). It contains the
 * error code of the issuer, and no other text from the issuer.
 */
export function describeRefusal(issuer: string, error: string | undefined): string {
  const name = error !== undefined && /^[\w.:-]{1,64}$/.test(error) ? error : 'refused'
  const remedy = Object.hasOwn(remedies, name) ? remedies[name] : undefined
  const what = remedy ?? 'The log of this server contains the message of the issuer.'
  return `The issuer ${issuer} did not exchange the token of the user for one for this server (${name}). ${what}`
}
