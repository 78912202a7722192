import { describe, expect, it } from 'vitest'
import { modeName, selectModes } from './modes.ts'
import { readOptions, type RckOptions } from './options.ts'

const options = (...args: string[]): RckOptions => {
  const read = readOptions(args)
  if (read === undefined) throw new Error('asked for help')
  return read
}
const names = (...args: string[]): string[] =>
  selectModes(options(...args)).map((mode) => modeName(options(...args), mode))

describe('selectModes', () => {
  it('selectModes returns the mode that the options describe', () => {
    expect(names()).toEqual(['headgate'])
    expect(names('--extended')).toEqual(['headgate-extended'])
    expect(names('--storage', 's3', '--extended')).toEqual(['headgate-s3-extended'])
    expect(names('--fixture', '--storage', 's3')).toEqual(['fixture-s3'])
  })

  it('selectModes returns all modes for the option --all', () => {
    expect(names('--all')).toEqual(['headgate', 'headgate-extended', 'headgate-s3', 'headgate-s3-extended'])
  })

  it('selectModes returns the possible modes of an existing server', () => {
    expect(names('http://h', '--all')).toEqual(['headgate', 'headgate-extended'])
    expect(names('http://h', '--all', '--remote-metadata')).toEqual(['headgate-s3', 'headgate-s3-extended'])
  })
})
