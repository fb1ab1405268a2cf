using Sweep.Domain.Programs;

namespace Sweep.Tests.Programs;

/// <summary>Reports in what a program prints, in the order of its lines. A line that ends with a carriage return is redrawn.</summary>
public sealed class CapturedLinesTests
{
    private static readonly string[] Several = [@"Epoch (?<epoch>\d+)/", @"val_loss[=: ]+(?<val_loss>\S+)"];

    [Fact]
    public void Patterns_find_metrics_on_one_line_or_on_several()
    {
        var one = Reports([@"epoch (?<epoch>\d+).*val_loss[=: ]+(?<val_loss>\S+)"], "loading", "epoch 3 | loss 2.0, val_loss: 1.93, 4 s");
        Assert.Equal([(3L, "val_loss 1.93")], one);
        // Many lines may name the epoch of one report. The second report lacks a metric, and the third ends with the program.
        Assert.Equal(
            [(1L, "train_loss 0.5, acc 93"), (2L, "train_loss 0.4"), (3L, "acc 95")],
            Reports(
                [@"Epoch (?<epoch>\d+)/", @"^train (?<train_loss>\S+)", @"acc (?<acc>\S+)"],
                "Epoch 1/9", "Epoch 1/9", "train 0.5", "acc 93%", "Epoch 2/9", "train 0.4", "Epoch 3/9", "acc 95%"));
    }

    [Fact]
    public void What_has_no_number_of_an_epoch_does_not_count_before_between_and_after_the_epochs()
    {
        var lines = new CapturedLines(Several);
        Assert.Equal(
            [(1L, "val_loss 1"), (2L, "val_loss 0.5"), (3L, "val_loss 0.25")],
            Read(
                lines, "Initial val_loss: 2.30", "Epoch 1/3", "val_loss: 1", "so far val_loss: 1", "Epoch 2/3", "val_loss: 0.5",
                "Epoch 3/3", "val_loss: 0.25", "Best val_loss: 0.2", "Test val_loss: 0.3"));
        Assert.Equal("val_loss", lines.Unnumbered);
    }

    [Fact]
    public void The_order_of_patterns_and_of_what_stands_in_a_line_does_not_matter() =>
        Assert.Equal(
            [(1L, "val_loss 2"), (2L, "val_loss 1")],
            Reports([Several[1], Several[0]], "val_loss: 9", "val_loss: 2 at Epoch 1/2", "Epoch 2/2", "val_loss: 1"));

    [Fact]
    public void Of_a_line_that_is_redrawn_the_last_numbers_count()
    {
        string[] bar = [Several[0], @" loss: (?<loss>\S+)", Several[1]];
        Assert.Equal(
            [(1L, "loss 2, val_loss 1"), (2L, "loss 1, val_loss 0.5")],
            Reports(
                bar, "Epoch 1/2", " 1/50 - loss: 9\r", "25/50 - loss: 5\r", "50/50 - loss: 2 - val_loss: 1", "Epoch 2/2",
                " 1/50 - loss: 4\r", "50/50 - loss: 1 - val_loss: 0.5"));
        // Each redrawn line has all.
        Assert.Equal(
            [(1L, "val_loss 2"), (2L, "val_loss 1")],
            Reports(Several, "Epoch 1/2 val_loss: 9\r", "Epoch 1/2 val_loss: 2\r", "Epoch 2/2 val_loss: 8\r", "Epoch 2/2 val_loss: 1"));
        Assert.Equal(
            [(null, "val_loss 2"), (null, "val_loss 1")],
            Reports([Several[1]], "val_loss: 9\r", "val_loss: 2", "val_loss: 8\r", "val_loss: 1"));
    }

    [Fact]
    public void Without_numbers_the_next_report_begins_when_a_metric_is_found_again() =>
        Assert.Equal(
            [(null, "loss 2, val_loss 1"), (null, "loss 3"), (null, "loss 4, val_loss 5")],
            Reports([@"^loss (?<loss>\S+)", Several[1]], "loss 2", "val_loss 1", "loss 3", "loss 4", "val_loss 5"));

    [Fact]
    public void A_fraction_is_no_number_of_an_epoch() =>
        Assert.Equal(
            [(ProgramReport.NoEpoch, "loss 2"), (1L, "loss 1"), (ProgramReport.NoEpoch, "loss 0")],
            Reports(
                [@"'loss': (?<loss>[^,]+),.*'epoch': (?<epoch>[0-9.]+)"],
                "{'loss': 2, 'epoch': 0.5}", "{'loss': 1, 'epoch': 1.0}", "{'loss': 0, 'epoch': 1.5}"));

    private static List<(long?, string)> Reports(string[] patterns, params string[] lines) => Read(new(patterns), lines);

    private static List<(long?, string)> Read(CapturedLines captured, params string[] lines)
    {
        var reports = lines.SelectMany(line => captured.Read(line.TrimEnd('\r'), line.EndsWith('\r'))).ToList();
        if (captured.Take() is { } rest)
            reports.Add(rest);
        return
        [
            .. reports.Select(report => (report.Epoch, string.Join(
                ", ", report.Metrics.Select(metric => FormattableString.Invariant($"{metric.Key} {metric.Value}"))))),
        ];
    }
}
