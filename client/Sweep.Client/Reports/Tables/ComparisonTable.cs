using System.Globalization;
using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each epoch for which a number was published: the published number, ours, and the difference.</summary>
internal static class ComparisonTable
{
    public static OutputTable Of(SweepReport report)
    {
        var varying = report.Spec.Parameters.Varying;
        return new(
        [
            OutputColumn.Number("number", "trial"),
            .. ParameterCell.Columns(report.Spec.Parameters, varying),
            OutputColumn.Number("epoch", "epoch"),
            new("train_loss", "train loss:\npublished, ours", Text),
            new("val_loss", "val loss:\npublished, ours", Text),
            new("val_accuracy", "accuracy:\npublished, ours", Text),
            new("train_seconds", "train time, s:\npublished, ours", Text, Dispensable: true),
        ],
        [
            .. report.Comparisons.Select(row => (IReadOnlyList<object?>)
                [
                    row.Number, .. ParameterCell.Row(row.Parameters, varying),
                    row.Epoch, row.TrainLoss, row.ValLoss, row.ValAccuracy, row.TrainSeconds,
                ]),
        ]);
    }

    private static string Text(object value) => value is Compared pair
        ? string.Create(CultureInfo.InvariantCulture, $"{pair.Published:0.000} {pair.Ours:0.000} ({pair.Difference:+0.000;-0.000;0.000})")
        : "";
}
