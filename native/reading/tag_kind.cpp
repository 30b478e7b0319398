#include "reading/tag_kind.h"

#include <array>
#include <utility>

#include "reading/tensor_number.h"

namespace kymo {

namespace {

using Name = std::pair<std::string_view, std::string_view>;

constexpr std::array plugin_kinds = {
    Name{"scalars", kinds::scalar},
    Name{"histograms", "histogram"},
    Name{"images", "image"},
    Name{"audio", "audio"},
    Name{"text", "text"},
    Name{"pr_curves", "pr_curve"},
    Name{"hparams", "hparams"},
    Name{"mesh", "mesh"},
    Name{"custom_scalars", "custom_scalars"},
    Name{"tensor", "tensor"},
    Name{"kymo_network", "network"},
    Name{"graphs", kinds::graph},
    Name{"graph_run_metadata", kinds::graph},
    Name{"graph_run_metadata_graph", kinds::graph},
    Name{"graph_keras_model", kinds::graph},
    Name{"graph_tagged_run_metadata", kinds::graph},
};

constexpr std::array field_kinds = {std::string_view("obsolete_histogram"), kinds::meta_graph, kinds::run_metadata};

std::string_view kind_of_field(const ValueView& value) {
    switch (value.field) {
        case ValueField::simple_value:
            return kinds::scalar;
        case ValueField::obsolete_histogram:
            return "obsolete_histogram";
        case ValueField::image:
            return "image";
        case ValueField::histogram:
            return "histogram";
        case ValueField::audio:
            return "audio";
        case ValueField::tensor:
            if (value.tensor.dtype == dtypes::string) return "text";
            return number_of(value) ? kinds::scalar : "tensor";
        case ValueField::none:
            break;
    }
    return value.metadata.plugin.empty() ? "" : "tensor";
}

}  // namespace

std::string_view kind_of(const ValueView& value) {
    for (const auto& [plugin, kind] : plugin_kinds) {
        if (value.metadata.plugin == plugin) return kind;
    }
    return kind_of_field(value);
}

std::string_view kind_named(std::string_view name) {
    for (const auto& [plugin, kind] : plugin_kinds) {
        if (kind == name) return kind;
    }
    for (const std::string_view kind : field_kinds) {
        if (kind == name) return kind;
    }
    return {};
}

}  // namespace kymo
