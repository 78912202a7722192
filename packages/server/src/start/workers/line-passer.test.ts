import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { LinePasser } from './line-passer.ts'

/**
 * Program that prints lines that repeat one letter, a hundred thousand bytes at a time, and then an incomplete line.
 */
const printer = `
  const line = process.argv[1].repeat(1_999) + '\\n'
  for (let n = 0; n < 20; n++) process.stdout.write(line.repeat(50))
  process.stdout.write(process.argv[1].repeat(10))`

test('LinePasser forwards complete lines of several processes, and pauses the processes while the reader is slow', async () => {
  let text = ''
  let most = 0
  const to = new Writable({
    highWaterMark: 64 * 1024,
    write(chunk: Buffer, _encoding, done) {
      most = Math.max(most, to.writableLength)
      text += chunk.toString()
      setTimeout(done, 1)
    },
  })
  const passer = new LinePasser(to)
  const letters = ['a', 'b', 'c']
  await Promise.all(
    letters.map(async (letter) => {
      const child = spawn(process.execPath, ['-e', printer, letter], { stdio: ['ignore', 'pipe', 'inherit'] })
      passer.pass(child.stdout)
      await once(child, 'close')
    }),
  )
  to.end()
  await once(to, 'finish')
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  for (const letter of letters) {
    expect(lines.filter((line) => line === letter.repeat(1_999))).toHaveLength(1_000)
    expect(lines.filter((line) => line === letter.repeat(10))).toHaveLength(1)
  }
  expect(lines).toHaveLength(3 * 1_001)
  expect(most).toBeLessThan(1024 ** 2)
})

test('LinePasser forwards a line above the maximum length in parts', async () => {
  const sizes: number[] = []
  const to = new Writable({
    write(chunk: Buffer, _encoding, done) {
      sizes.push(chunk.length)
      done()
    },
  })
  const endless = `process.stdout.write('x'.repeat(3 * 1024 ** 2))`
  const child = spawn(process.execPath, ['-e', endless], { stdio: ['ignore', 'pipe', 'inherit'] })
  new LinePasser(to).pass(child.stdout)
  await once(child, 'close')
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3 * 1024 ** 2 + 1)
  expect(sizes.length).toBeGreaterThan(2)
})
