import { AuthError } from '@headgate/auth'
import {
  ForbiddenError,
  IcebergConnectionError,
  NotAuthorizedError,
  type RestCatalog,
  ServerError,
} from '@headgate/iceberg/client'
import { describe, expect, it } from 'vitest'
import { ask, RefusedError, toImportError } from './side.ts'

const details = (status: number): ConstructorParameters<typeof ForbiddenError>[1] => ({
  operation: 'loadTable',
  status,
  type: null,
  outcomeUnknown: false,
})
const side = { role: 'source', url: 'https://old.example.com', catalog: {} as RestCatalog } as const

async function answer(fault: unknown): Promise<unknown> {
  try {
    return await ask(side, async () => Promise.reject(fault))
  } catch (thrown) {
    return thrown
  }
}

describe('ask', () => {
  it('a request of the import throws a RefusedError with the catalog and the status for an error response', async () => {
    const refused = await answer(new ForbiddenError('not yours', details(403)))
    expect(refused).toBeInstanceOf(RefusedError)
    expect(refused).toMatchObject({ role: 'source', message: 'Source (403): not yours' })
    expect(await answer(new ServerError('later', details(503)))).toBeInstanceOf(RefusedError)
  })

  it('a request of the import throws a CliError with the next step when every further call would fail', async () => {
    expect(await answer(new IcebergConnectionError('loadTable', 'no route', false))).toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('https://old.example.com'),
      next: expect.stringContaining('continues where it stopped'),
    })
    expect(await answer(new NotAuthorizedError('expired', details(401)))).toMatchObject({
      exitCode: 4,
      next: expect.stringContaining('--from'),
    })
    expect(await answer(new AuthError('refused', 'invalid_client'))).toMatchObject({ exitCode: 4 })
  })

  it('a request of the import throws bugs of the program unchanged', async () => {
    const fault = new TypeError('x is not a function')
    expect(await answer(fault)).toBe(fault)
  })
})

it('an import error names the option to check when a catalog refuses the connection', () => {
  const forbidden = new ForbiddenError('no', details(403))
  expect(toImportError(side, forbidden)).toMatchObject({
    exitCode: 1,
    next: 'Check --from and --from-warehouse.',
  })
  expect(toImportError({ ...side, role: 'target' }, forbidden)).toMatchObject({
    next: expect.stringContaining('--warehouse'),
  })
})
