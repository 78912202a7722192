import { HeadgateError } from '@headgate/errors'
import type { Decision } from './decision.ts'
import type { SecurableKind } from '../privilege.ts'

const notFound = {
  server: 'forbidden',
  warehouse: 'no-such-warehouse',
  namespace: 'no-such-namespace',
  relation: 'no-such-table',
} as const satisfies Record<SecurableKind, string>

/** Object that a decision is about, as the error message names it. */
export interface RefusedObject {
  readonly kind: SecurableKind
  /** Name of the object from the request: `sales.orders`. */
  readonly name: string
  /** Action that needs the privilege, as the subject of a sentence: `Changing vending`. Default: `This`. */
  readonly action?: string
  /**
   * Returns the error for an object that does not exist. A hidden object gets the same error, so that callers cannot
   * distinguish the two cases.
   */
  readonly missing?: () => HeadgateError
}

/**
 * Throws the error for a decision that does not allow the request: 403 for `deny`, and for `hide` the same 404 as for a
 * missing object. Returns if the outcome is `allow`. The existence of the server is not secret, so `hide` on the server
 * is also a 403.
 */
export function enforce(decision: Decision, object: RefusedObject): void {
  switch (object.kind === 'server' && decision.outcome === 'hide' ? 'deny' : decision.outcome) {
    case 'allow':
      return
    case 'hide':
      throw hidden(
        object.missing?.() ??
          new HeadgateError(notFound[object.kind], `There is no ${object.kind} ${object.name}.`),
        decision,
      )
    case 'deny':
      throw new HeadgateError(
        'forbidden',
        decision.forbiddenBy !== undefined
          ? forbidden(decision, decision.forbiddenBy, object)
          : decision.limitedBy !== undefined
            ? limited(decision, decision.limitedBy, object)
            : missing(decision, object),
      )
  }
}

function missing({ privilege }: Decision, { kind, name, action = 'This' }: RefusedObject): string {
  if (kind === 'server')
    return `${action} needs the privilege ${privilege} on the server: ask an administrator.`
  const advice =
    privilege === 'administer-storage'
      ? 'ask an administrator of its storage or of the server'
      : 'ask its owner or a principal with manage on it'
  return `${action} needs the privilege ${privilege} on ${kind} ${name}: ${advice}.`
}

function forbidden({ privilege }: Decision, rules: readonly string[], { kind, name }: RefusedObject): string {
  const object = kind === 'server' ? 'the server' : `${kind} ${name}`
  return `The privilege ${privilege} on ${object} is granted, but ${forbiddingText(rules)}. Ask the operator of the server.`
}

function forbiddingText(rules: readonly string[]): string {
  return rules.length === 0 ? 'no policy of the server permits it' : `forbidden by policy ${rules.join(', ')}`
}

function limited({ privilege }: Decision, engine: string, { kind, name }: RefusedObject): string {
  const object = kind === 'server' ? 'the server' : `${kind} ${name}`
  return `The user has the privilege ${privilege} on ${object}, but the engine ${engine} may not use it: see headgate engine show ${engine}.`
}

/**
 * Cause of a 404 for an object that exists but that the caller may not see. Only the audit log records it; the response
 * is the same as for a missing object.
 */
class Hidden extends Error {
  override readonly name = 'Hidden'
}

function hidden(error: HeadgateError, { forbiddenBy }: Decision): HeadgateError {
  const why = forbiddenBy === undefined ? '' : `: ${forbiddingText(forbiddenBy)}`
  error.cause ??= new Hidden(`the object exists, but the caller may not see it${why}`)
  return error
}

/** Returns true when an object was reported as missing because the caller may not see it. */
export function isHidden(error: HeadgateError): boolean {
  return error.cause instanceof Hidden
}
