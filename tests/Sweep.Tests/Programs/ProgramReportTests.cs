using System.Text;
using Sweep.Domain.Programs;

namespace Sweep.Tests.Programs;

public sealed class ProgramReportTests
{
    [Fact]
    public void A_line_of_JSON_is_a_report()
    {
        var report = ProgramReport.Read("  {\"epoch\": 3, \"val_loss\": 1.5, \"note\": \"x\", \"acc\": NaN, \"inner\": {}}")!;
        Assert.Equal(3, report.Epoch);
        Assert.Equal([("val_loss", 1.5), ("acc", double.NaN)], report.Metrics.Select(metric => (metric.Key, metric.Value)));
        Assert.True(ProgramReport.Read("{\"val_loss\": -Infinity, \"answer\": true}") is { WantsAnswer: true, Epoch: null });
    }

    [Theory]
    [InlineData("{\"val_loss\": 1, \"note\": \"loss: NaN, skipped\"}")]
    [InlineData("{\"note\": \"a \\\"loss\\\": Infinity, \\\\\", \"val_loss\": 1}")]
    [InlineData("{\"val_loss\": 1, \"history\": [NaN, [-Infinity], Infinity]}")]
    public void Words_for_numbers_that_are_not_finite_are_understood_outside_of_texts_alone(string line) =>
        Assert.Equal(("val_loss", 1.0), Assert.Single(ProgramReport.Read(line)!.Metrics.Select(metric => (metric.Key, metric.Value))));

    [Theory]
    [InlineData("epoch 3")]
    [InlineData("{\"val_loss\": NaNo}")]
    [InlineData("{")]
    [InlineData("{\"epoch\": }")]
    [InlineData("[1]")]
    [InlineData("{\"note\": \"\\ud800\"}")]
    [InlineData("{\"\\udc00\": 1}")]
    [InlineData("")]
    public void Other_lines_are_none(string line) => Assert.Null(ProgramReport.Read(line));

    [Fact]
    public void Words_for_numbers_that_are_not_finite_are_understood_in_lists_and_left_alone_within_texts()
    {
        foreach (var other in new[] { "[NaN, -Infinity]", "\"x: NaN, \\\" Infinity, y\"", "{\"b\": [NaN]}" })
            Assert.Equal(2.5, ProgramReport.Read($"{{\"epoch\": 1, \"a\": {other}, \"loss\": 2.5}}")?.Metrics["loss"]);
        Assert.Null(ProgramReport.Read("{\"loss\": 1, \"a: NaN}"));
    }

    [Theory]
    [InlineData("{\"epoch\":\"1\",\"loss\":\"2.5\"}", "loss is the text \"2.5\", where a number is expected")]
    [InlineData("{\"epoch\":\"one\"}", "epoch is the text \"one\", where a number is expected")]
    [InlineData("{\"epoch\":1,\"loss\":[2.5]}", "loss is a list, where a number is expected")]
    [InlineData("{\"epoch\":1,\"loss\":null}", "loss is null, where a number is expected")]
    [InlineData("{\"metrics\":{\"loss\":1}}", "loss is within metrics; metrics stand beside epoch")]
    [InlineData("{'epoch': 1, 'loss': 2}", "'loss' stands in single quotes; ")]
    [InlineData("{\"epoch\": 1, \"loss\": nan}", "it is no JSON: 'na")]
    [InlineData("{\"epoch\": 1, \"a\": \"\\ud800\", \"loss\": \"\\ud800\"}", "a text in it is no Unicode")]
    [InlineData("{\"epoch\": 1, \"step\": 2}", null)]
    [InlineData("{\"step\": \"2\"}", null)]
    [InlineData("{\"loss\": 1", null)]
    [InlineData("loss 1", null)]
    public void A_line_that_was_meant_as_a_report_says_why_it_is_none(string line, string? expected) =>
        Assert.StartsWith(expected ?? "none", MissedReport.Reason(line, "loss") ?? "none");

    [Fact]
    public void A_name_of_ten_kilobytes_is_left_out_and_named_shortened()
    {
        var report = ProgramReport.Read($"{{\"{new string('a', 10_000)}\": 1, \"val_loss\": 2}}")!;
        Assert.Equal(["val_loss"], report.Metrics.Keys);
        Assert.Equal(41, report.Refused!.Length);
        var many = string.Join(',', Enumerable.Range(0, 150).Select(index => $"\"m{index}\": 1"));
        Assert.Equal(100, ProgramReport.Read($"{{{many}}}")!.Metrics.Count);
    }

    [Theory]
    [InlineData(0, new long[] { 1, 2, 3 }, new[] { 1, 2, 3 })]
    [InlineData(0, new long[] { 0, 1, 2 }, new[] { 1, 2, 3 })]
    [InlineData(5, new long[] { 6, 7 }, new[] { 6, 7 })]
    [InlineData(5, new long[] { 5, 6 }, new[] { 6, 7 })]
    [InlineData(0, new long[] { 1, 1, 2 }, new[] { 1, 0, 2 })]
    public void Epochs_count_from_0_or_1_and_one_that_is_repeated_is_none(int before, long[] numbers, int[] expected)
    {
        var epochs = new ReportedEpochs(before);
        Assert.Equal(expected, numbers.Select(number => epochs.Take(number) is (true, null) ? epochs.Last : 0));
    }

    [Theory]
    [InlineData(new long[] { 1, 3 }, "the program reported epoch 3 where 2 is next; ")]
    [InlineData(new long[] { 0, 1, 5 }, "the program reported epoch 5 where 2 is next; ")]
    [InlineData(new long[] { -1 }, "the program reported epoch -1 where 1 is next; ")]
    public void An_epoch_out_of_order_is_a_mistake(long[] numbers, string expected)
    {
        var epochs = new ReportedEpochs(0);
        Assert.StartsWith(expected, numbers.Select(number => epochs.Take(number).Mistake).ToList()[^1]);
    }

    [Fact]
    public void A_program_that_goes_on_exactly_or_repeats_epochs_after_a_resume_keeps_its_numbers()
    {
        foreach (var first in new[] { 0, 1 })
        {
            foreach (var (before, again) in Enumerable.Range(1, 8).SelectMany(before => new[] { (before, 0), (before, 1), (before, 2) }))
            {
                var epochs = new ReportedEpochs(0);
                for (var epoch = 1; epoch <= before; epoch++)
                    Assert.Equal((true, null), epochs.Take(epoch - 1 + first));
                var (last, known, _, _) = CheckpointArchive.Read(CheckpointArchive.Write(epochs.Last, epochs.First, default, []));
                var resumed = new ReportedEpochs(last, known);
                for (var epoch = Math.Max(1, before + 1 - again); epoch <= 10; epoch++)
                {
                    Assert.Equal((epoch > before, null), resumed.Take(epoch - 1 + first));
                    Assert.Equal(Math.Max(epoch, before), resumed.Last);
                }
            }
        }
    }

    [Fact]
    public void Reports_without_a_number_are_counted()
    {
        var epochs = new ReportedEpochs(4);
        Assert.Equal((true, null), epochs.Take(null));
        Assert.Equal(5, epochs.Last);
    }

    [Fact]
    public void An_archive_is_read_as_it_was_written_and_no_name_leaves_the_folder()
    {
        FolderEntry[] entries = [new("a", null), new("a/empty", []), new("a/run", [1, 2, 3], IsExecutable: true)];
        var read = FolderArchive.Read(FolderArchive.Write(entries));
        Assert.Equal(entries.Select(entry => (entry.Name, entry.Bytes?.Length, entry.IsExecutable)),
            read.Select(entry => (entry.Name, entry.Bytes?.Length, entry.IsExecutable)));
        foreach (var name in new[] { "../x", "/x", "a/../../x", "a//x" })
            Assert.Throws<InvalidDataException>(() => FolderArchive.Read(FolderArchive.Write([new(name, [])])));
        Assert.Throws<InvalidDataException>(() => FolderArchive.Read([1, 2, 3]));
        foreach (var known in new int?[] { 0, 1, null })
        {
            var taken = new ProgramTime(TimeSpan.FromDays(30), TimeSpan.FromTicks(1));
            var (epoch, first, time, files) = CheckpointArchive.Read(CheckpointArchive.Write(7, known, taken, entries));
            Assert.Equal((7, known, taken, 3), (epoch, first, time, files.Count));
        }

        // A checkpoint of a version that kept no times.
        Assert.Equal(
            (7, null, default, 0),
            CheckpointArchive.Read(FolderArchive.Write([new("epoch", "7"u8.ToArray())])) is var old
                ? (old.Epoch, old.First, old.Time, old.Files.Count) : default);
    }

    [Theory]
    [InlineData("epoch", "2147483647", true)]
    [InlineData("epoch", "2147483648", false)]
    [InlineData("epoch", "4294967297", false)]
    [InlineData("epoch", "-1", false)]
    [InlineData("first", "2147483648", false)]
    [InlineData("first", "4294967297", false)]
    [InlineData("first", "-1", false)]
    [InlineData("first", "", false)]
    [InlineData("wall", "31557600000000000", true)]
    [InlineData("wall", "31557600000000001", false)]
    [InlineData("wall", "9223372036854775807", false)]
    [InlineData("wall", "9223372036854775808", false)]
    [InlineData("wall", "-1", false)]
    [InlineData("processor", "31557600000000000", true)]
    [InlineData("processor", "9223372036854775807", false)]
    [InlineData("processor", "-1", false)]
    public void A_checkpoint_with_a_number_that_cannot_be_is_refused(string name, string number, bool isRead)
    {
        FolderEntry[] entries =
        [
            .. name == "epoch" ? Array.Empty<FolderEntry>() : [new("epoch", "7"u8.ToArray())],
            new(name, Encoding.ASCII.GetBytes(number)),
        ];
        var bytes = FolderArchive.Write(entries);
        if (!isRead)
        {
            var error = Assert.Throws<InvalidDataException>(() => CheckpointArchive.Read(bytes));
            Assert.StartsWith($"The checkpoint is damaged: its {name} is no whole number from 0 to ", error.Message);
            return;
        }

        var (epoch, _, time, _) = CheckpointArchive.Read(bytes);
        var (wall, processor) = time + time;
        Assert.Equal(long.Parse(number), name == "epoch" ? epoch : (wall + processor).Ticks / 2);
    }
}
