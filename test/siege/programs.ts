/** Programs that mean harm, and two that do not. Each says `ready` before it begins, where it waits for its reader. */
export const PROGRAMS: Record<string, { ts?: string; py?: string; file?: string }> = {
  repeat: {
    py: `import os, sys, tty
tty.setraw(0)
os.write(1, b'ready')
while data := os.read(0, 65536):
    os.write(1, data)
`,
  },
  deaf: {
    py: `import os, time, tty
tty.setraw(0)
os.write(1, b'ready')
time.sleep(600)
`,
  },
  // Every child forks as well, and none ever stops trying.
  fork: {
    py: `import os, time
told = False
while True:
    try:
        os.fork()
    except OSError as error:
        if not told:
            print(error, flush=True)
        told = True
        time.sleep(0.01)
`,
  },
  spin: {
    py: `import os
print('ready', flush=True)
for _ in range(7):
    if os.fork() == 0:
        break
while True:
    pass
`,
  },
  memory: {
    py: `kept = []
while True:
    kept.append(bytearray(8 << 20))
`,
    ts: `const kept: number[][] = []
for (;;) kept.push(Array.from({ length: 1e6 }, (_, i) => i + 0.5))
`,
  },
  buffers: {
    ts: `const kept: Uint8Array[] = []
for (;;) kept.push(new Uint8Array(8 << 20).fill(1))
`,
  },
  disk: {
    py: `import sys
folder = sys.stdin.readline().strip()
for number in range(1000):
    with open(f'{folder}/{number}', 'wb') as file:
        for _ in range(16):
            file.write(bytes(1 << 20))
`,
    ts: `import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
const [folder] = await once(process.stdin, 'data')
for (let number = 0; number < 1000; number += 1) {
  writeFileSync(\`\${String(folder).trim()}/\${number}\`, new Uint8Array(16 << 20))
}
`,
  },
  // One file that grows without end.
  file: {
    py: `with open('/tmp/long', 'wb') as file:
    while True:
        file.write(bytes(1 << 20))
`,
  },
  descriptors: {
    py: `kept = []
while True:
    kept.append(open('/dev/null'))
`,
  },
  flood: {
    py: `import os
line = b'x' * 65535 + b'\\n'
while True:
    os.write(1, line)
`,
  },
  family: { file: 'family.py' },
}
