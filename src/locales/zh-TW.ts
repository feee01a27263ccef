import { createFormats, splitDuration } from './format.js';
import type { TraceMessages } from './TraceMessages.js';

const { integer, megabytes } = createFormats('zh-TW');
const rows = (value: number) => `${integer(value)} 筆`;
const receivedOf = (received: number, expected: number | null) =>
  `${expected === null ? '未註明筆數' : `應有 ${rows(expected)}`}，實收 ${rows(received)}`;

/** Traditional Chinese texts, as they are used in Taiwan's factories. */
export const zhTW: TraceMessages = {
  tag: 'zh-TW',
  domains: {
    history: '生產履歷',
    materials: '用料紀錄',
    rejects: '不良報廢',
    holds: 'Hold 紀錄',
    jobs: '維修工單',
    upstream_history: '上游履歷',
    downstream_rejects: '下游不良',
  },
  table: {
    rowNumber: '序號',
    empty: '尚無資料',
    noMatch: '沒有符合條件的資料',
    noValue: '無值',
    integer,
    search: '搜尋',
    clearSearch: '清除搜尋',
    matches: (found) => `符合 ${rows(found)}`,
    viewFailed: (reason) => `無法排序或搜尋：${reason}`,
    follow: '自動捲到最新',
    csv: {
      save: '匯出 CSV',
      writing: (percent) => `匯出中 ${integer(percent)}%，按此取消`,
      done: 'CSV 檔已匯出。',
      incomplete: '不完整：此檔案未包含結果的全部資料。',
      failed: (reason) => `無法匯出 CSV：${reason}`,
    },
    sortHint: '點選排序，Shift＋點選可加入其他排序欄位',
    sortKey: (key, descending) => `第 ${integer(key)} 排序欄位，${descending ? '遞減' : '遞增'}`,
  },
  stages: {
    label: '追溯階段',
    resolve: '解析批號',
    lineage: '追溯血緣',
    events: '擷取事件',
    done: '已完成',
    current: '進行中',
    todo: '未開始',
    failed: '失敗',
    incomplete: '不完整',
    detached: '背景執行中',
    cancelled: '已取消',
  },
  status: {
    idle: '尚未開始追溯',
    resolving: '正在解析批號',
    tracingLineage: (seedCount) => `正在追溯 ${integer(seedCount)} 個批號的血緣`,
    queued: '排隊等候中',
    running: '伺服器正在擷取事件',
    streaming: '正在接收資料',
    noSeeds: '查無符合條件的批號',
    complete: '追溯完成，資料已全數到齊',
    incomplete: '結果不完整，部分資料缺漏',
    detached: '已轉為背景執行，伺服器仍在處理',
    failed: (stage) => `「${stage}」失敗`,
    cancelled: (stage) => `已在「${stage}」階段取消`,
  },
  job: {
    label: '工作狀態：',
    id: '工作編號：',
    scope(seedCount, containerCount) {
      const containers = `${integer(containerCount)} 個容器`;
      return seedCount === null ? containers : `${integer(seedCount)} 個批號，共 ${containers}`;
    },
    waiting: '等待伺服器回應',
    phase: { queued: '排隊中', running: '執行中' },
    place: (position) => `目前排在第 ${integer(position)} 位`,
  },
  figures: {
    bar: '目前步驟的進度',
    rows: '筆數',
    rowsOf: (received, total) =>
      total === null ? rows(received) : `${integer(received)} / ${rows(total)}`,
    percent: (percent) => `${integer(percent)}%`,
    speed: '速度',
    rowsPerSecond: (value) => `${integer(value)} 筆/秒`,
    size: '接收量',
    megabytes,
    elapsed: '已耗時',
    remaining: '預估剩餘',
    duration: (ms) => {
      const { hours, minutes, seconds } = splitDuration(ms);
      if (hours > 0) return `${hours} 小時 ${minutes} 分`;
      return minutes > 0 ? `${minutes} 分 ${seconds} 秒` : `${seconds} 秒`;
    },
  },
  notices: {
    label: '注意事項',
    rowsNotOffered: (domain, total) =>
      `${domain}：伺服器未提供${total === null ? '' : ` ${rows(total)}`}明細資料，無法顯示。`,
    metaMissing: '伺服器未說明結果內容，已依查詢條件核對。',
    domainUnannounced: (domain) => `${domain}：伺服器事先未說明會傳送這項資料。`,
    batchRepeated: (domain, batch) =>
      `${domain}：第 ${integer(batch)} 批資料重複傳送，僅採用一次。`,
    lineUnexpected: (type) => `收到位置不符的「${type}」訊息，已略過。`,
    valuesNotFound: (names, count) =>
      `查無 ${integer(count)} 個查詢值：${names.join('、')}${count > names.length ? '…' : ''}`,
    seedsNotSent: (counted, sent) =>
      `伺服器找到 ${integer(counted)} 個批次，只送來 ${integer(sent)} 個；其餘批次不在這次追溯中。`,
    nonFiniteNumbers: (count) => `有 ${integer(count)} 個數值無效（NaN 或 Infinity），以空值顯示。`,
    limitNear: (limit, percent) =>
      `結果已達本頁可接收上限（${limit}）的 ${integer(percent)}%，超過後將停止接收。`,
    serverWarning: '伺服器發出警告。',
    qualityMeta: (text) => `資料品質：${text}`,
    more: (left) => `……另有 ${integer(left)} 項`,
    rowsReadAnew: {
      restarted: '工作已由另一個處理程序重新開始，先前的資料已捨棄並重新接收。',
      interrupted: '與工作的連線中斷，先前的資料已捨棄並重新接收。',
    },
    resumed: (count) => `連線曾中斷，已從中斷處自動續傳 ${integer(count)} 次。`,
    keptJobUnusable: '此分頁先前保留的追溯無法接續，已清除，請重新執行追溯。',
    rowsFilled: (count) => `傳送中遺漏的 ${rows(count)}資料已自動補齊。`,
    cancelFailed: '已在此取消，但無法通知伺服器，工作可能仍在執行。',
  },
  incomplete: { label: '缺漏項目', notAll: '目前顯示的資料並非全部結果。' },
  problems: {
    unnamedDomain: '部分資料',
    noEndMark: '結果在結束前中斷，後續資料可能缺漏。',
    errorLine: (message) => `伺服器傳送結果時發生錯誤：${message}`,
    domainsUnknown: '伺服器未說明結果包含哪些資料，無法確認是否齊全。',
    domainMissing: (domain) => `${domain}：完全沒有收到資料。`,
    domainUnfinished: (domain, received, expected) =>
      expected === null
        ? `${domain}：收到 ${rows(received)}後中斷。`
        : `${domain}：應有 ${rows(expected)}，收到 ${rows(received)}後中斷。`,
    domainFailed: (domain) => `${domain}：伺服器無法取得。`,
    batchesMissing: (domain, from, to) =>
      from === to
        ? `${domain}：缺少第 ${integer(from)} 批資料。`
        : `${domain}：缺少第 ${integer(from)} 至 ${integer(to)} 批資料。`,
    batchUnexpected: (domain, batch) =>
      `${domain}：${batch === null ? '有一批' : `第 ${integer(batch)} 批`}資料順序錯誤，未採用。`,
    batchCount: (domain, batch, received, expected) =>
      `${domain}：第 ${integer(batch)} 批${receivedOf(received, expected)}。`,
    pageCount: (domain, from, received, expected) =>
      `${domain}：自第 ${rows(from)}起的分頁${receivedOf(received, expected)}。`,
    countMismatch: (domain, received, expected) => `${domain}：${receivedOf(received, expected)}。`,
    resultChanged: (domain) =>
      `${domain === null ? '' : `${domain}：`}伺服器上的結果已變更，與先前收到的資料不符，未採用新資料。請重新執行追溯。`,
    totalMismatch: (received, expected) => `全部合計：${receivedOf(received, expected)}。`,
  },
  errors: {
    whatToDo: '處理方式',
    keptRows: '先前收到的資料仍保留在表格中。',
    advice: {
      HTTP_ERROR: '請再試一次；若持續發生，請將錯誤代碼告知系統管理員。',
      NETWORK_ERROR: '請檢查網路連線後再試一次。',
      REQUEST_TIMEOUT: '伺服器未在時限內回應，請稍後再試。',
      INVALID_ANSWER: '伺服器版本可能不符，請通知系統管理員。',
      NOT_NDJSON: '登入可能已逾時，請重新整理頁面並登入。',
      STREAM_INTERRUPTED: '連線中斷，請檢查網路後再試一次。',
      MALFORMED_LINE: '資料在傳輸途中損毀，請再試一次。',
      LINE_TOO_LONG: '請系統管理員調低伺服器的每批筆數。',
      LIMIT_EXCEEDED: '結果過大，無法完整顯示，請減少批號。',
      DECODE_WORKER_FAILED: '請關閉其他分頁或減少批號後，重新執行追溯。',
      STREAM_ERROR: '伺服器以錯誤結束結果，請重新執行追溯。',
      JOB_FAILED: '請再試一次；若仍失敗，請縮小日期範圍或減少批號。',
      JOB_NOT_FOUND: '結果已過期，請重新執行追溯。',
      RETRIES_EXHAUSTED: '請檢查網路後再試一次。',
      POLL_TIMEOUT: '執行時間過長，請縮小日期範圍或減少批號。',
      UNEXPECTED: '請重新整理頁面；若再次發生，請通知系統管理員。',
    },
    serverAdvice: {
      INVALID_PARAMS: '請檢查查詢條件。',
      SEED_RESOLVE_FAILED: '請檢查批號與日期後再試一次。',
      NO_DETECTION_RECORDS: '此範圍內沒有檢測紀錄，請改選日期或站點。',
      LINEAGE_TIMEOUT: '血緣範圍過大，請縮小日期範圍或減少批號。',
      CID_LIMIT_EXCEEDED: '容器數量過多，請縮小日期範圍或減少批號。',
      TOO_MANY_REQUESTS: '短時間內查詢次數過多，請稍候一分鐘再試。',
      BODY_TOO_LARGE: '一次查詢的批號過多，請縮小範圍。',
      SERVICE_UNAVAILABLE: '伺服器忙碌中，請稍後再試。',
      SERVER_STOPPING: '伺服器重新啟動中，請稍後再試。',
      STORE_UNAVAILABLE: '伺服器暫時無法連線至資料儲存服務，請稍後再試。',
      JOB_RESULT_EXPIRED: '結果已過期，請重新執行追溯。',
      CHUNK_EXPIRED: '部分結果已過期，請重新執行追溯。',
      RESULT_DAMAGED: '部分結果已過期，請重新執行追溯。',
    },
  },
  cancel: '取消',
  goOn: '繼續接收',
  tryAgain: '重試',
  leaveRunning: '背景執行',
};
