import { expect, test } from 'vitest'
import { debianPackages, isIncluded } from './debian-packages.ts'

function paths(name: string, candidates: readonly string[]): readonly string[] {
  const wanted = debianPackages.find((each) => each.name === name)
  return candidates.filter((path) => wanted !== undefined && isIncluded(wanted, path))
}

test('the container image contains the libraries and copyright files of a Debian package, and no documentation', () => {
  const libraries = ['usr/lib/x86_64-linux-gnu/libc.so.6', 'usr/share/doc/libc6/copyright']
  const others = [
    'usr/share/doc/libc6/changelog.gz',
    'usr/share/man/man1/sh.1.gz',
    'usr/share/lintian/overrides/libc6',
    'usr/lib/x86_64-linux-gnu/gconv/UTF-16.so',
  ]
  expect(paths('libc6', [...libraries, ...others])).toEqual(libraries)
})

test('the container image contains a copyright folder that is a link to the copyright folder of another package', () => {
  expect(paths('libstdc++6', ['usr/share/doc/libstdc++6'])).toEqual(['usr/share/doc/libstdc++6'])
})

test('the container image contains only the listed files of the Debian package base-files', () => {
  const wanted = ['usr/lib/os-release', 'usr/share/common-licenses/GPL-3']
  expect(paths('base-files', [...wanted, 'etc/issue', 'usr/share/base-files/motd'])).toEqual(wanted)
})
