import { HeadgateError } from '@headgate/errors'
import { describe, expect, it } from 'vitest'
import { responseError } from './response-error.ts'

interface Sent {
  readonly changes?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

function convert(status: number, body: unknown, { changes = false, headers = {} }: Sent = {}): HeadgateError {
  const response = {
    status,
    headers: { get: (name: string) => headers[name] ?? null },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
  return responseError(response, {
    hidden: ['glue.eu.example.com:443', 'glue.eu.example.com'],
    warehouse: 'lake',
    changes,
    missing: () => new HeadgateError('no-such-table', 'no such table'),
  })
}

describe('responseError', () => {
  it.each([
    [400, { __type: 'EntityNotFoundException', Message: 'Table x not found' }, 'no-such-table'],
    [400, { __type: 'com.amazonaws.glue#EntityNotFoundException' }, 'no-such-table'],
    [404, { error: { code: 404, message: 'm', type: 'EntityNotFoundException' } }, 'no-such-table'],
    [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }, 'too-many-requests'],
    [400, { __type: 'ConcurrentModificationException' }, 'commit-failed'],
    [403, { __type: 'AccessDeniedException', Message: 'User is not authorized' }, 'forbidden'],
    [403, { __type: 'ExpiredTokenException', message: 'expired' }, 'bad-gateway'],
    [403, { message: 'Missing Authentication Token' }, 'bad-gateway'],
    [403, { message: 'The security token included in the request is invalid.' }, 'bad-gateway'],
    [404, { error: { code: 404, message: 'm', status: 'NOT_FOUND' } }, 'no-such-table'],
    [409, { error: { code: 409, message: 'm', status: 'ABORTED' } }, 'commit-failed'],
    [409, { error: { code: 409, message: 'm', status: 'ALREADY_EXISTS' } }, 'already-exists'],
    [404, { error_code: 'TABLE_DOES_NOT_EXIST', message: 'm' }, 'no-such-table'],
    [400, { error_code: 'TABLE_ALREADY_EXISTS', message: 'm' }, 'already-exists'],
    [404, { error: { code: 'NotFound', message: 'm' } }, 'no-such-table'],
    [404, '<html><body>not here</body></html>', 'no-such-table'],
    [404, '', 'no-such-table'],
    [400, '<html>', 'bad-request'],
    [409, { error: { type: 'CommitFailedException', message: 'm', code: 409 } }, 'commit-failed'],
  ])('responseError converts the status %i of the upstream with the body %j to %s', (status, body, code) => {
    expect(convert(status, body).code).toBe(code)
  })

  it('responseError reads the error type in the header of AWS', () => {
    const headers = { 'x-amzn-errortype': 'EntityNotFoundException:http://internal.amazon.com/' }
    expect(convert(400, '', { headers }).code).toBe('no-such-table')
  })

  it('responseError reports an unknown outcome for a failed change, regardless of the type in the body', () => {
    const error = convert(500, { __type: 'EntityNotFoundException' }, { changes: true })
    expect(error.code).toBe('commit-state-unknown')
  })

  it('responseError removes the host of the upstream from messages', () => {
    const { message } = convert(400, {
      message: 'https://glue.eu.example.com:443/x refused glue.eu.example.com',
    })
    expect(message).not.toContain('example.com')
  })
})
