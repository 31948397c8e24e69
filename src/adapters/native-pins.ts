/** Made by build/pins.ts: the registry's tarballs of native files and what must be in them, per platform. */
export interface Pin {
  readonly name: string;
  readonly version: string;
  /** Of the tarball, as package-lock.json has it. */
  readonly integrity: string;
  /** Of the tarball: the most that is ever downloaded. */
  readonly bytes: number;
  readonly files: readonly PinnedFile[];
}

export interface PinnedFile {
  /** Inside the tarball. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type Pins = Readonly<Record<'onnxruntime' | 'duckdb', Readonly<Record<string, Pin>>>>;

const onnxruntime: Pins['onnxruntime'] = {
  'darwin-arm64': {
    name: 'onnxruntime-node',
    version: '1.30.0',
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
    bytes: 113507888,
    files: [
      {
        path: 'package/bin/napi-v6/darwin/arm64/libonnxruntime.1.30.0.dylib',
        name: 'libonnxruntime.1.30.0.dylib',
        bytes: 44589928,
        sha256: '685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d',
      },
      {
        path: 'package/bin/napi-v6/darwin/arm64/libonnxruntime.1.dylib',
        name: 'libonnxruntime.1.dylib',
        bytes: 44589928,
        sha256: '685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d',
      },
      {
        path: 'package/bin/napi-v6/darwin/arm64/onnxruntime_binding.node',
        name: 'onnxruntime_binding.node',
        bytes: 266840,
        sha256: 'a3f993357759b06ae2411f70af60f5e041d04521ea7f0d12cb7546e411a527dd',
      },
    ],
  },
  'linux-arm64': {
    name: 'onnxruntime-node',
    version: '1.30.0',
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
    bytes: 113507888,
    files: [
      {
        path: 'package/bin/napi-v6/linux/arm64/libonnxruntime.so.1',
        name: 'libonnxruntime.so.1',
        bytes: 25135496,
        sha256: '1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76',
      },
      {
        path: 'package/bin/napi-v6/linux/arm64/onnxruntime_binding.node',
        name: 'onnxruntime_binding.node',
        bytes: 394648,
        sha256: 'afec78dc11d38dc81605b068cefe1fc73ffe77ca240c15468aa40786150beac8',
      },
    ],
  },
  'linux-x64': {
    name: 'onnxruntime-node',
    version: '1.30.0',
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
    bytes: 113507888,
    files: [
      {
        path: 'package/bin/napi-v6/linux/x64/libonnxruntime.so.1',
        name: 'libonnxruntime.so.1',
        bytes: 45828512,
        sha256: 'ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23',
      },
      {
        path: 'package/bin/napi-v6/linux/x64/onnxruntime_binding.node',
        name: 'onnxruntime_binding.node',
        bytes: 389488,
        sha256: 'ccdc60b981d93a490cf9513d3f583547252b6e285b72988a96a494f2f006c7b8',
      },
    ],
  },
  'win32-arm64': {
    name: 'onnxruntime-node',
    version: '1.30.0',
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
    bytes: 113507888,
    files: [
      {
        path: 'package/bin/napi-v6/win32/arm64/DirectML.dll',
        name: 'DirectML.dll',
        bytes: 18444600,
        sha256: 'aaf72a9d55aa123e0708d957d30dd4fbeb7a2e335ec6257ed5ff4261a402b9ee',
      },
      {
        path: 'package/bin/napi-v6/win32/arm64/dxcompiler.dll',
        name: 'dxcompiler.dll',
        bytes: 22285624,
        sha256: '442a995492579e1048cf1f05a86ab00f476c46b7f9d0996e588884040a543bbe',
      },
      {
        path: 'package/bin/napi-v6/win32/arm64/dxil.dll',
        name: 'dxil.dll',
        bytes: 1769784,
        sha256: '859b6d638c5ca3df39e9cab2a602cb0f63d0e63d750f84bb2a9ec9031319b73e',
      },
      {
        path: 'package/bin/napi-v6/win32/arm64/onnxruntime.dll',
        name: 'onnxruntime.dll',
        bytes: 29815136,
        sha256: '6c3a2abf5c6aca11c48a0d338a91af309f2266f25ce2e4084e6a87bbcb0fbfd0',
      },
      {
        path: 'package/bin/napi-v6/win32/arm64/onnxruntime_binding.node',
        name: 'onnxruntime_binding.node',
        bytes: 422200,
        sha256: 'd8179924f15c2d3c1c8a75c50adf1671ec28c7f1cb0da9fc28b17daa02c5ecf5',
      },
    ],
  },
  'win32-x64': {
    name: 'onnxruntime-node',
    version: '1.30.0',
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
    bytes: 113507888,
    files: [
      {
        path: 'package/bin/napi-v6/win32/x64/DirectML.dll',
        name: 'DirectML.dll',
        bytes: 18527584,
        sha256: '234e8898778cdec88d3cb0539508273494082812c968699f3de665a018971625',
      },
      {
        path: 'package/bin/napi-v6/win32/x64/dxcompiler.dll',
        name: 'dxcompiler.dll',
        bytes: 17986360,
        sha256: '593d42df78c7f9cbd97c1374af107cfe20985759f98b77afc1448fe41ee3cc76',
      },
      {
        path: 'package/bin/napi-v6/win32/x64/dxil.dll',
        name: 'dxil.dll',
        bytes: 1508664,
        sha256: 'cf9a3981263f8ec30c9905d136eeaf4b4573209c602198671b958ec86905dea8',
      },
      {
        path: 'package/bin/napi-v6/win32/x64/onnxruntime.dll',
        name: 'onnxruntime.dll',
        bytes: 28754232,
        sha256: '508c362f5673483dd3a086379c392795b2e42d10d5e6f3f90ebd7ac21c97af67',
      },
      {
        path: 'package/bin/napi-v6/win32/x64/onnxruntime_binding.node',
        name: 'onnxruntime_binding.node',
        bytes: 298848,
        sha256: 'ddd428464069b84414d34ec1796c7c2a69c33a976e4b0390692629e394f92fa1',
      },
    ],
  },
};

const duckdb: Pins['duckdb'] = {
  'darwin-arm64': {
    name: '@duckdb/node-bindings-darwin-arm64',
    version: '1.5.5-r.5',
    integrity: 'sha512-WJdeLTFy4pRg60rkbp9smtlP1iIQ8ErtIJkxS+2LQtM1ZZMSByyW+3WPpNoKe7IwPtVl2fLlPw7tDmQW4Z974g==',
    bytes: 36788031,
    files: [
      {
        path: 'package/duckdb.node',
        name: 'duckdb.node',
        bytes: 514168,
        sha256: 'ba396b8fc069b1c34d1b5d3bdb7f54b1ddef160b6f440b2539fcef89720e9947',
      },
      {
        path: 'package/libduckdb.dylib',
        name: 'libduckdb.dylib',
        bytes: 117005184,
        sha256: 'b9027d18ef3e8d960568f77e946a83ca68009cb22d71cf7f94de842afdd094d8',
      },
    ],
  },
  'darwin-x64': {
    name: '@duckdb/node-bindings-darwin-x64',
    version: '1.5.5-r.5',
    integrity: 'sha512-rN0KjX13MwVQ5V5ufykolty/tf4SaafOpGWcUA1Cegf98jPeRdsJsEE1IMXn8n3u6WvMSZEVJmHJ3ma4Hr7Vzg==',
    bytes: 36788664,
    files: [
      {
        path: 'package/duckdb.node',
        name: 'duckdb.node',
        bytes: 453920,
        sha256: 'c7d75d167487bc96d3bd2a54969f0fb816c5415c3a1d064b3e88966acaf4e4c3',
      },
      {
        path: 'package/libduckdb.dylib',
        name: 'libduckdb.dylib',
        bytes: 117005184,
        sha256: 'b9027d18ef3e8d960568f77e946a83ca68009cb22d71cf7f94de842afdd094d8',
      },
    ],
  },
  'linux-arm64': {
    name: '@duckdb/node-bindings-linux-arm64',
    version: '1.5.5-r.5',
    integrity: 'sha512-CafH2AIvXtpwDynG3KB/4uEOHRGlFoB7auCRMIwH3BKNIobsANV5LSpDJ3tfyRCFIsK6e8AT1eseWVnu2Dv3cw==',
    bytes: 21632048,
    files: [
      {
        path: 'package/duckdb.node',
        name: 'duckdb.node',
        bytes: 497304,
        sha256: '51b959ad6a5b57cfa3e9a5d20bffebe0e58974222efcddcd97c85e12700dbbb1',
      },
      {
        path: 'package/libduckdb.so',
        name: 'libduckdb.so',
        bytes: 62963152,
        sha256: 'd00d007f3f7ca1f2896a5e4b89c2ce141bf0508506a9d6d56f9598b8e59d074e',
      },
    ],
  },
  'linux-x64': {
    name: '@duckdb/node-bindings-linux-x64',
    version: '1.5.5-r.5',
    integrity: 'sha512-kCyq6BXhn6QXfwF8yVdVKriSSHP+rfVWcJ56cG8qZzlOZpxyvT5WGm6jMshxg4ditLlOsHsIN/D47RYrcjXuHQ==',
    bytes: 23881820,
    files: [
      {
        path: 'package/duckdb.node',
        name: 'duckdb.node',
        bytes: 474984,
        sha256: '778d45b3d918a8d3b6dfeb819472472d3ff85d427110973fc9c1b0d462514c15',
      },
      {
        path: 'package/libduckdb.so',
        name: 'libduckdb.so',
        bytes: 70529912,
        sha256: 'fc23f12e376c47be520f75221288281906e7942e8fd6f6ce4849198ba60d0405',
      },
    ],
  },
  'win32-arm64': {
    name: '@duckdb/node-bindings-win32-arm64',
    version: '1.5.5-r.5',
    integrity: 'sha512-L3Mroc23xhqOowWVElni8LgEmsm5e9DdG1y2pLka/1ug3Pl2vpQMl1Phxwz4UEMF8DOBbMgN5BBNrYwG2BFo+g==',
    bytes: 14459553,
    files: [
      {
        path: 'package/duckdb.dll',
        name: 'duckdb.dll',
        bytes: 42838320,
        sha256: 'ca938da6e124d6c91fcbff5983860ebc3753576e5b04c11ad8bc9135853aa752',
      },
      {
        path: 'package/duckdb.node',
        name: 'duckdb.node',
        bytes: 1527808,
        sha256: 'e4e6d94b1c8d30497222356ce7761fd3a50c8a121cf484d7eae54fef818ea9c1',
      },
    ],
  },
  'win32-x64': {
    name: '@duckdb/node-bindings-win32-x64',
    version: '1.5.5-r.5',
    integrity: 'sha512-mBGFn8netT/AAhK4TOG6Fw47+Db68CxCVtQ9qfxZc1kZAjds+aYrh17Fd/u5CbTDdxILsrcyuF8q9cUcm54kQA==',
    bytes: 13549050,
    files: [
      {
        path: 'package/duckdb.dll',
        name: 'duckdb.dll',
        bytes: 36724520,
        sha256: '2b7468a4ad844429e6af2fde0b5f91893e8130a5686a88f11442ab547c7ede46',
      },
      {
        path: 'package/duckdb.node',
        name: 'duckdb.node',
        bytes: 1253376,
        sha256: 'a587a097a6ce7f370e12cf6530a187813cabd03aba36a6caeaba6912e01a3d63',
      },
    ],
  },
};

export const pins: Pins = { onnxruntime, duckdb };
