import { expect, it } from 'vitest'
import { AuthError } from './auth-error.ts'
import { chain } from './chain.ts'
import { catchMessage } from '../test/context.ts'

const empty = (message: string) => async (): Promise<string> => {
  throw new AuthError('not-here', message)
}

it('a chain of credential sources asks the next source when a source has no credentials', async () => {
  expect(await chain(empty('no variables'), async () => 'profile', empty('never called'))()).toBe('profile')
})

it('a chain of credential sources throws the error of a source with invalid credentials, and asks no further source', async () => {
  const invalid = async (): Promise<string> => {
    throw new AuthError('malformed', 'the profile cannot be read')
  }
  expect(await catchMessage(chain(invalid, async () => 'instance')())).toBe('the profile cannot be read')
})

it('the error of a chain of credential sources contains the message of each source', async () => {
  expect(await catchMessage(chain(empty('no variables'), empty('no profile'))())).toBe(
    'No credentials were found: no variables; no profile',
  )
})

it('a chain of credential sources asks no source after its signal is aborted', async () => {
  const signal = AbortSignal.abort(new Error('cancelled'))
  expect(await catchMessage(chain(async () => 'credentials')({ signal }))).toBe('cancelled')
})
