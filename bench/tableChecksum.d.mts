export declare function tableChecksum(
  rowCount: number,
  columns: readonly string[],
  value: (row: number, column: string) => unknown,
): string;
