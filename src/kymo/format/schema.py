"""The messages of event files.

A block is a package, an enum or a message; a field is its number, name and type, and the oneof it belongs to. `[]` is
repeated. A block with a dotted name is nested in the one before the dot.
"""

SCHEMA = """
package tensorboard

enum DataType
0 DT_INVALID
1 DT_FLOAT
2 DT_DOUBLE
3 DT_INT32
4 DT_UINT8
5 DT_INT16
6 DT_INT8
7 DT_STRING
8 DT_COMPLEX64
9 DT_INT64
10 DT_BOOL
11 DT_QINT8
12 DT_QUINT8
13 DT_QINT32
14 DT_BFLOAT16
15 DT_QINT16
16 DT_QUINT16
17 DT_UINT16
18 DT_COMPLEX128
19 DT_HALF
20 DT_RESOURCE
21 DT_VARIANT
22 DT_UINT32
23 DT_UINT64
24 DT_FLOAT8_E5M2
25 DT_FLOAT8_E4M3FN

enum DataClass
0 DATA_CLASS_UNKNOWN
1 DATA_CLASS_SCALAR
2 DATA_CLASS_TENSOR
3 DATA_CLASS_BLOB_SEQUENCE

message TensorShapeProto
2 dim TensorShapeProto.Dim[]
3 unknown_rank bool

message TensorShapeProto.Dim
1 size int64
2 name string

message TensorProto
1 dtype enum:DataType
2 tensor_shape TensorShapeProto
3 version_number int32
4 tensor_content bytes
13 half_val int32[]
5 float_val float[]
6 double_val double[]
7 int_val int32[]
8 string_val bytes[]
9 scomplex_val float[]
10 int64_val int64[]
11 bool_val bool[]
12 dcomplex_val double[]
16 uint32_val uint32[]
17 uint64_val uint64[]

message HistogramProto
1 min double
2 max double
3 num double
4 sum double
5 sum_squares double
6 bucket_limit double[]
7 bucket double[]
1001 nan double
1002 positive_infinity double
1003 negative_infinity double

message SummaryMetadata
1 plugin_data SummaryMetadata.PluginData
2 display_name string
3 summary_description string
4 data_class enum:DataClass

message SummaryMetadata.PluginData
1 plugin_name string
2 content bytes

message Summary
1 value Summary.Value[]

message Summary.Image
1 height int32
2 width int32
3 colorspace int32
4 encoded_image_string bytes

message Summary.Audio
1 sample_rate float
2 num_channels int64
3 length_frames int64
4 encoded_audio_string bytes
5 content_type string

message Summary.Value
7 node_name string
1 tag string
9 metadata SummaryMetadata
2 simple_value float value
3 obsolete_old_style_histogram bytes value
4 image Summary.Image value
5 histo HistogramProto value
6 audio Summary.Audio value
8 tensor TensorProto value

message SessionLog
1 status enum:SessionLog.SessionStatus
2 checkpoint_path string
3 msg string

enum SessionLog.SessionStatus
0 STATUS_UNSPECIFIED
1 START
2 STOP
3 CHECKPOINT

message TaggedRunMetadata
1 tag string
2 run_metadata bytes

message SourceMetadata
1 writer string

message Event
1 wall_time double
2 step int64
3 file_version string what
4 graph_def bytes what
5 summary Summary what
7 session_log SessionLog what
8 tagged_run_metadata TaggedRunMetadata what
9 meta_graph_def bytes what
10 source_metadata SourceMetadata

message ScalarPluginData
1 version int32

message HistogramPluginData
1 version int32

message ImagePluginData
1 version int32
2 converted_to_tensor bool

message TextPluginData
1 version int32

message PrCurvePluginData
1 version int32
2 num_thresholds uint32

message AudioPluginData
1 version int32
2 encoding enum:AudioPluginData.Encoding
3 converted_to_tensor bool

enum AudioPluginData.Encoding
0 UNKNOWN
11 WAV

package tensorboard.mesh

message MeshPluginData
1 version int32
2 name string
3 content_type enum:MeshPluginData.ContentType
5 json_config string
6 shape int32[]
7 components uint32

enum MeshPluginData.ContentType
0 UNDEFINED
1 VERTEX
2 FACE
3 COLOR

package tensorboard.custom_scalar

message Layout
1 version int32
2 category Category[]

message Category
1 title string
2 chart Chart[]
3 closed bool

message Chart
1 title string
2 multiline MultilineChartContent content
3 margin MarginChartContent content

message MultilineChartContent
1 tag string[]

message MarginChartContent
1 series MarginChartContent.Series[]

message MarginChartContent.Series
1 value string
2 lower string
3 upper string

package tensorboard.hparams

enum DataType
0 DATA_TYPE_UNSET
1 DATA_TYPE_STRING
2 DATA_TYPE_BOOL
3 DATA_TYPE_FLOAT64

enum DatasetType
0 DATASET_UNKNOWN
1 DATASET_TRAINING
2 DATASET_VALIDATION

enum Status
0 STATUS_UNKNOWN
1 STATUS_SUCCESS
2 STATUS_FAILURE
3 STATUS_RUNNING

message HParamsPluginData
1 version int32
2 experiment Experiment data
3 session_start_info SessionStartInfo data
4 session_end_info SessionEndInfo data

message Experiment
6 name string
1 description string
2 user string
3 time_created_secs double
4 hparam_infos HParamInfo[]
5 metric_infos MetricInfo[]

message HParamInfo
1 name string
2 display_name string
3 description string
4 type enum:DataType
5 domain_discrete google.protobuf.ListValue domain
6 domain_interval Interval domain
7 differs bool

message Interval
1 min_value double
2 max_value double

message MetricName
1 group string
2 tag string

message MetricInfo
1 name MetricName
3 display_name string
4 description string
5 dataset_type enum:DatasetType

message SessionStartInfo
1 hparams map<string,google.protobuf.Value>
2 model_uri string
3 monitor_url string
4 group_name string
5 start_time_secs double

message SessionEndInfo
1 status enum:Status
2 end_time_secs double
"""
