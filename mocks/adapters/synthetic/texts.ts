/** Product families: workflow, product line, function, type, product. */
export interface Product {
  workflow: string;
  line: string;
  functionName: string;
  type: string;
  name: string;
  bop: string | null;
}
export const PRODUCTS: readonly Product[] = [
  ['PJ_SOT23_BJT', 'SOT-23', 'BJT', 'MMBT3904', 'MMBT3904-7-F', 'BOP-A2'],
  ['PJ_SOD123_SCH', 'SOD-123', 'Schottky', 'B5819W', 'B5819W-7', 'BOP-A7'],
  ['PJ_SMA_TVS', 'SMA', 'TVS', 'SMAJ24A', 'SMAJ24A-13', null],
  ['PJ_TO252_MOS', 'TO-252', 'MOSFET', 'DMP6110', 'DMP6110SK3-13', 'BOP-C1'],
  ['PJ_DFN1006_ESD', 'DFN1006', 'ESD', 'DESD5V0', 'DESD5V0S1BL-7B', 'BOP-D4'],
  ['PJ_SOT363_DIO', 'SOT-363', '二極體陣列', 'BAV99DW', 'BAV99DW-7-F', 'BOP-A2'],
].map(([workflow, line, functionName, type, name, bop]) => ({
  workflow: String(workflow),
  line: String(line),
  functionName: String(functionName),
  type: String(type),
  name: String(name),
  bop: bop ?? null,
}));

export const LOSS_REASONS: readonly string[] = [
  ...[
    '001_晶片缺角',
    '003_晶片刮傷',
    '007_晶片脫落',
    '011_銀膠溢出',
    '012_銀膠不足',
    '018_黏晶偏移',
  ],
  ...[
    '021_銲線斷裂',
    '022_銲線塌陷',
    '024_銲點脫落',
    '027_鋁帶剝離',
    '031_Die_Crack',
    '040_膠體氣孔',
  ],
  ...[
    '043_膠體沾污',
    '049_膠體缺角',
    '052_溢膠殘留',
    '058_Package_Chip',
    '061_鍍層變色',
    '063_鍍層剝落',
  ],
  ...[
    '070_印字不清',
    '072_印字偏移',
    '080_引腳變形',
    '083_引腳毛邊',
    '090_Open_Short',
    '091_漏電流超規',
  ],
  ...['094_VF_超規', '099_其他不良'],
];

/** Comments as people write them: with quotes, backslashes, line breaks and emoji. */
export const REJECT_COMMENTS: readonly (string | null)[] = [
  ...[null, null, null, '外觀檢驗不良', '客戶抽樣"不合格",已隔離', '路徑 D:\\AOI\\NG\\2026 有照片'],
  ...[
    '重測後仍 NG ⚠️',
    '第一站正常\n第二站異常',
    '需工程確認🔍',
    "operator's mistake",
    '膠體缺角 ≥ 0.3mm',
  ],
];
export const HOLD_REASONS = [
  '品質異常',
  '設備異常',
  '工程實驗',
  '客戶通知',
  '材料異常',
  'SPC 超規',
];
export const HOLD_COMMENTS: readonly (string | null)[] = [
  ...[
    null,
    '待 PE 確認 "首件" 結果',
    '低良率\t請勿放行',
    '參考 \\\\nas01\\ncr\\報告.xlsx',
    '🚧 停線中',
  ],
  ...['SPC Rule 2 連續九點\n同側', '客訴批 ❗ 全檢', '與前批混料?'],
];
export const RELEASE_COMMENTS: readonly (string | null)[] = [
  ...[null, '全檢 OK ✅', '判定"特採"放行', '重工完成\n良率 99.2%', '依 NCR\\8D 結論放行'],
];
export const PEOPLE = [
  '王小明',
  '陳怡君',
  '林志豪',
  '張雅婷',
  '黃俊傑',
  '李佳穎',
  '吳宗翰',
  'Mary Jane',
];
export const DEPARTMENTS: readonly (string | null)[] = [
  '製造一課',
  '製造二課',
  '品保課',
  '設備課',
  null,
];

export const CAUSES: readonly (string | null)[] = ['C01_磨耗', 'C02_鬆脫', 'C07_感測器異常', null];
export const REPAIRS: readonly (string | null)[] = [
  'R01_更換零件',
  'R03_調整',
  'R09_重新開機',
  null,
];
export const SYMPTOMS = ['S11_真空不足', 'S14_卡料', 'S20_溫度異常', 'S31_"E-102" 警報'];

/** Materials, two for each workcenter group in line order. */
export const PARTS: readonly string[] = [
  ...['切刀 ZH05', 'UV 膜 D-184', '銀膠 84-1LMISR4', '銀膠 QMI529HT', '金線 0.8mil', '銅線 1.0mil'],
  ...[
    '鋁帶 20x4',
    '導線架 SOT-23',
    '成型膠 CEL-9220',
    '成型膠 KTMC-1050',
    '去膠液 DF-7',
    '脫模劑 KL-100',
  ],
  ...['磨料 #320', '水刀噴嘴 0.2', '純錫球 99.99', '電鍍液 SN-200', '移印油墨 白', '清洗劑 IPA'],
  ...['沖切模 TF-9', '導軌油 68', '切刀 B1A8', '藍膜 8"', '測試座 TS-23', '載帶 8mm'],
];
