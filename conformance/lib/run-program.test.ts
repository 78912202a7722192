import { describe, expect, test } from 'vitest'
import { runProgram, runSuccessfully } from './run-program.ts'

const shell = (script: string): [string, string[]] => ['sh', ['-c', script]]

describe('runProgram', () => {
  test('runProgram returns the output and the exit code, also of a program that fails', async () => {
    const finished = await runProgram(...shell('echo "$NAME"; echo no >&2; exit 3'), { env: { NAME: 'ada' } })
    expect(finished).toEqual({ code: 3, stdout: 'ada\n', stderr: 'no\n' })
  })

  test('runProgram throws if the program does not exist, or does not end in time', async () => {
    await expect(runProgram('headgate-no-such-program', [])).rejects.toThrow('is it installed?')
    await expect(runProgram('sleep', ['30'], { timeoutMs: 200 })).rejects.toThrow(
      'sleep 30: the program did not end within 0.2 s',
    )
  })
})

test('runSuccessfully throws an error with the output of a program that fails', async () => {
  expect(await runSuccessfully(...shell('echo yes'))).toBe('yes\n')
  await expect(runSuccessfully(...shell('echo no >&2; exit 3'))).rejects.toThrow('exited with 3: no')
})
