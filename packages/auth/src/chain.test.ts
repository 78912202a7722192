import { expect, it } from 'vitest'
import { AuthError } from './auth-error.ts'
import { chain } from './chain.ts'
import { messageOf } from '../test/context.ts'

const nothing = (says: string) => async (): Promise<string> => {
  throw new AuthError('not-here', says)
}

it('moves on while a source says that it has none', async () => {
  expect(await chain(nothing('no variables'), async () => 'profile', nothing('never asked'))()).toBe(
    'profile',
  )
})

it('stops at credentials that are there but broken', async () => {
  const broken = async (): Promise<string> => {
    throw new AuthError('malformed', 'the profile is not readable')
  }
  expect(await messageOf(chain(broken, async () => 'instance')())).toBe('the profile is not readable')
})

it('tells what each source said', async () => {
  expect(await messageOf(chain(nothing('no variables'), nothing('no profile'))())).toBe(
    'No credentials were found: no variables; no profile',
  )
})

it('asks nobody any more once its caller gave up', async () => {
  const signal = AbortSignal.abort(new Error('gave up'))
  expect(await messageOf(chain(async () => 'credentials')({ signal }))).toBe('gave up')
})
