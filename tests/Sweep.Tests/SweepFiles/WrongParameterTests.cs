namespace Sweep.Tests.SweepFiles;

/// <summary>Tests the error for each mistake that a parameter of a sweep file may have.</summary>
public sealed class WrongParameterTests
{
    [Theory]
    // These have wrong names.
    [InlineData("learning_rat: 0.1", "learning_rat: found an unknown key; the nearest known key is learning_rate.")]
    [InlineData(
        "frobnicate: 64",
        "frobnicate: found an unknown key; expected one of cell, sequence_length, hidden_size, layers, fully_connected, learning_rate, " +
            "batch_size, dropout, epochs, optimizer, weight_decay, gradient_clipping, seed.")]
    [InlineData("layers: { value: [1] }", "layers.value: found an unknown key; the nearest known key is values.")]
    [InlineData("cell: gru", "cell: found the key a second time; it stands at x.yaml:5 already.")]
    // These have values of a wrong type.
    [InlineData("epochs: many", "epochs: found many; expected a whole number from 1 to 1,000,000.")]
    [InlineData("epochs: 1.5", "epochs: found 1.5; expected a whole number from 1 to 1,000,000.")]
    [InlineData("epochs: 1e2", "epochs: found 1e2; expected a whole number from 1 to 1,000,000.")]
    [InlineData("epochs: \"5\"", "epochs: found the text \"5\"; expected a whole number from 1 to 1,000,000; write 5 without quotes.")]
    [InlineData("epochs:", "epochs: found nothing; expected a whole number from 1 to 1,000,000.")]
    [InlineData("epochs: 99999999999999999999", "epochs: found 99999999999999999999; expected a whole number from 1 to 1,000,000.")]
    [InlineData("epochs: 0x10", "epochs: found 0x10; expected a whole number from 1 to 1,000,000.")]
    [InlineData("epochs: 1_000", "epochs: found 1_000; expected a whole number from 1 to 1,000,000.")]
    [InlineData("learning_rate: 1,5", "learning_rate: found 1,5; expected a number above 0.")]
    [InlineData("learning_rate: .nan", "learning_rate: found .nan; expected a number above 0.")]
    [InlineData("learning_rate: 1e999", "learning_rate: found 1e999; expected a number above 0.")]
    [InlineData("learning_rate: '1e-4'", "learning_rate: found the text \"1e-4\"; expected a number above 0; write 1e-4 without quotes.")]
    [InlineData("optimizer: no", "optimizer: found no; expected one of adam, sgd, adamw.")]
    [InlineData("optimizer: Adam", "optimizer: found Adam; expected one of adam, sgd, adamw.")]
    [InlineData("optimizer: 3", "optimizer: found 3; expected one of adam, sgd, adamw.")]
    [InlineData("batch_size: all", "batch_size: found all; expected a whole number from 1 to 10,000,000, or full.")]
    [InlineData(
        "fully_connected: 64",
        "fully_connected: found 64; expected a list of at most 32 whole numbers from 1 to 65,536, such as [64, 32].")]
    [InlineData("fully_connected: [64, x]", "fully_connected: found x; expected a whole number from 1 to 65,536.")]
    [InlineData(
        "fully_connected: { values: [64] }",
        "fully_connected: found 64; expected a list of at most 32 whole numbers from 1 to 65,536, such as [64, 32].",
        "fully_connected.values")]
    [InlineData("layers: [1, 2]", "layers: found [1, 2]; expected a whole number from 1 to 128; to vary it write { values: [1, 2] }.")]
    [InlineData("layers: !!int 2", "layers: found the tag tag:yaml.org,2002:int; leave it out.")]
    [InlineData("layers: &a 2", "layers: found the anchor &a; leave it out.")]
    [InlineData("layers: *a", "layers: found the alias *a; write the value itself.")]
    // These have values out of their bounds.
    [InlineData("layers: 0", "layers: found 0; expected a whole number from 1 to 128.")]
    [InlineData("hidden_size: 1000000", "hidden_size: found 1000000; expected a whole number from 1 to 65,536.")]
    [InlineData("learning_rate: 0", "learning_rate: found 0; expected a number above 0.")]
    [InlineData("dropout: 1", "dropout: found 1; expected a number of at least 0 and below 1.")]
    [InlineData("weight_decay: -0.1", "weight_decay: found -0.1; expected a number of at least 0.")]
    [InlineData("seed: -1", "seed: found -1; expected a whole number of at least 0.")]
    // These have wrong lists.
    [InlineData("layers: { values: [] }", "layers: found an empty list; expected at least one value.", "layers.values")]
    [InlineData("layers: { values: 2 }", "layers: found 2; expected a list, such as [2].", "layers.values")]
    [InlineData("layers: { values: [1, 2, 1] }", "layers: found 1 a second time; expected each value once.", "layers.values")]
    [InlineData(
        "learning_rate: { values: [1, 1.0] }", "learning_rate: found 1.0 a second time; expected each value once.", "learning_rate.values")]
    [InlineData(
        "fully_connected: { values: [[8], [8]] }",
        "fully_connected: found [8] a second time; expected each value once.",
        "fully_connected.values")]
    [InlineData("layers: { values: [1], min: 1 }", "layers: found values and min; expected a list of values or a range, not both.")]
    [InlineData("layers: {}", "layers: found neither values nor both min and max; expected { values: [ … ] } or { min: …, max: … }.")]
    [InlineData(
        "layers: { min: 1 }", "layers: found neither values nor both min and max; expected { values: [ … ] } or { min: …, max: … }.")]
    // These have wrong ranges.
    [InlineData("learning_rate: { min: 0.1, max: 0.01, count: 3 }", "learning_rate: found min 0.1 and max 0.01; min must be below max.")]
    [InlineData("learning_rate: { min: 0.1, max: 0.1, count: 3 }", "learning_rate: found min 0.1 and max 0.1; min must be below max.")]
    [InlineData(
        "learning_rate: { min: 0.1, max: 0.2 }",
        "learning_rate: found a range without count or step; a grid needs one of them, such as count: 5.")]
    [InlineData("learning_rate: { min: 0.1, max: 0.2, count: 3, step: 0.1 }", "learning_rate: found count and step; expected one of them.")]
    [InlineData(
        "learning_rate: { min: 0.1, max: 0.2, scale: log, step: 0.1 }",
        "learning_rate: found step with scale log; expected count, whose points are evenly spaced on the scale.")]
    [InlineData("learning_rate: { min: 0.1, max: 0.2, step: 0.5 }", "learning_rate: found step 0.5; step must be at most max − min.")]
    [InlineData("learning_rate: { min: 0.1, max: 0.2, step: 0 }", "learning_rate: found 0; step must be above 0.", "learning_rate.step")]
    [InlineData("learning_rate: { min: 0.1, max: 0.2, step: -1 }", "learning_rate: found -1; step must be above 0.", "learning_rate.step")]
    [InlineData(
        "learning_rate: { min: 0.1, max: 0.2, step: 1e-300 }",
        "learning_rate: found step 1e-300; expected a larger one, which makes at most 999,999 points.")]
    [InlineData(
        "learning_rate: { min: 0.1, max: 0.2, count: 1 }",
        "learning_rate: found 1; expected a whole number from 2 to 999,999.",
        "learning_rate.count")]
    [InlineData("learning_rate: { min: 0, max: 0.2, count: 3 }", "learning_rate: found 0; expected a number above 0.", "learning_rate.min")]
    [InlineData("dropout: { min: 0, max: 0.2, scale: log, count: 3 }", "dropout: found min 0 with scale log; min must be above 0.")]
    [InlineData("dropout: { min: 0.1, max: 1, count: 3 }", "dropout: found 1; expected a number of at least 0 and below 1.", "dropout.max")]
    [InlineData(
        "dropout: { min: 0.1, max: 0.2, scale: Log, count: 3 }", "dropout: found Log; expected one of linear, log.", "dropout.scale")]
    [InlineData("layers: { min: 1.5, max: 3, count: 3 }", "layers: found 1.5; expected a whole number from 1 to 128.", "layers.min")]
    [InlineData("layers: { min: 1, max: 3, step: 0.5 }", "layers: found 0.5; expected a whole number of at least 1.", "layers.step")]
    [InlineData("batch_size: { min: 1, max: full, count: 3 }", "batch_size: found full; expected a number.", "batch_size.max")]
    [InlineData(
        "optimizer: { min: adam, max: sgd, count: 2 }", "optimizer: found a range; optimizer has no order; expected { values: [ … ] }.")]
    // These have wrong conditions.
    [InlineData(
        "layers: { values: [2], when: { epochs: 5 } }",
        "layers: found epochs; a condition may name only parameters that stand before its own, with values that are right.",
        "layers.when.epochs")]
    [InlineData(
        "layers: { values: [2], when: { layers: 2 } }",
        "layers: found layers; a condition may name only parameters that stand before its own, with values that are right.",
        "layers.when.layers")]
    [InlineData(
        "layers: { values: [2], when: { sell: lstm } }",
        "layers: found an unknown key; the nearest known key is cell.",
        "layers.when.sell")]
    [InlineData(
        "layers: { values: [2], when: { cell: gru } }",
        "layers: found gru; expected a value that cell has in this file.",
        "layers.when.cell")]
    [InlineData(
        "layers: { values: [2], when: { cell: [] } }", "layers: found an empty list; expected at least one value.", "layers.when.cell")]
    [InlineData(
        "layers: { values: [2], when: lstm }",
        "layers: found lstm; expected keys: cell, sequence_length, hidden_size, layers, fully_connected, learning_rate, batch_size, " +
            "dropout, epochs, optimizer, weight_decay, gradient_clipping, seed.",
        "layers.when")]
    [InlineData(
        "layers: { values: [2], when: {} }",
        "layers: found {  }; expected a parameter and its values, such as { cell: lstm }.",
        "layers.when")]
    // These do not fit a text of 400 characters.
    [InlineData("sequence_length: 400", "sequence_length: found 400; the text has 400 characters, so expected at most 399.")]
    [InlineData(
        "sequence_length: { values: [10, 500] }", "sequence_length: found 500; the text has 400 characters, so expected at most 399.")]
    [InlineData(
        "batch_size: 305",
        "batch_size: found 305; with sequences of 20 the training set has 304 windows; expected at most those, or full.")]
    [InlineData(
        "sequence_length: 300",
        "batch_size: found 128; with sequences of 300 the training set has 80 windows; expected at most those, or full.",
        "batch_size",
        4)]
    public async Task A_wrong_parameter_is_refused_with_its_line(string line, string expected, string? path = null, int at = 6)
    {
        using var folder = new SweepFileFolder();
        var yaml = $"""
            name: x
            dataset: {"{"} path: text.txt {"}"}
            method: grid
            parameters:
              cell: lstm
              {line}
            """;
        var error = await folder.ErrorAsync(yaml);
        // When a nested value is wrong, the message has the path of the nested key in place of the parameter's name.
        var message = path is null ? expected : path + expected[expected.IndexOf(':', StringComparison.Ordinal)..];
        Assert.Equal($"x.yaml:{at}: parameters.{message}", error);
        SweepFileFolder.IsWrongByBound(yaml, error);
    }

    [Fact]
    public async Task A_model_whose_checkpoint_cannot_be_stored_is_refused_before_it_is_trained()
    {
        using var folder = new SweepFileFolder();
        Assert.Equal(
            "x.yaml:3: parameters.hidden_size: found 4000, which with 1 layer and 6 distinct characters makes a checkpoint of 2.05 GB; " +
                "at most 0.5 GB can be stored; use a smaller hidden_size, fewer layers, or optimizer: sgd, which has no moments to keep.",
            await folder.ErrorAsync("dataset: { path: text.txt }\nparameters:\n  hidden_size: { values: [64, 4000] }"));
    }

    [Theory]
    [InlineData("layers: 0", true)]
    [InlineData("learning_rate: { min: 0.1, max: 0.01, count: 3 }", true)]
    [InlineData("layers: { values: [2], when: { cell: gru } }", true)]
    [InlineData("sequence_length: 400", true)]
    [InlineData("layers: { value: [1] }", false)]
    [InlineData("layers: *a", false)]
    public async Task A_value_out_of_its_bounds_differs_from_one_that_cannot_be_read(string line, bool byBound)
    {
        using var folder = new SweepFileFolder();
        var yaml = $"dataset: {{ path: text.txt }}\nparameters:\n  cell: lstm\n  {line}";
        Assert.Equal(byBound, SweepFileFolder.IsWrongByBound(yaml, await folder.ErrorAsync(yaml)));
    }

    [Theory]
    [InlineData("[1, 1.0]", "1.0")]
    [InlineData("[0.1, 1e-1]", "1e-1")]
    [InlineData("[100, 1e2]", "1e2")]
    public async Task Equal_numbers_count_as_one_value_however_they_are_written(string values, string second)
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync($"dataset: {{ path: text.txt }}\nparameters:\n  learning_rate: {{ values: {values} }}");
        Assert.Equal($"x.yaml:3: parameters.learning_rate.values: found {second} a second time; expected each value once.", error);
    }

    [Fact]
    public async Task A_batch_is_checked_against_exactly_the_combinations_that_occur()
    {
        using var folder = new SweepFileFolder();
        const string yaml = """
            dataset: { path: text.txt, split: windows }
            parameters:
              sequence_length: { values: [20, 300] }
              batch_size: { values: [200], when: { sequence_length: LENGTH } }
            """;
        // A batch of 128, the default, does not fit sequences of 300. A batch of 200 does not fit them either.
        Assert.StartsWith(
            "x.yaml:4: parameters.batch_size: found 128; with sequences of 300",
            await folder.ErrorAsync(yaml.Replace("LENGTH", "20")),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "x.yaml:4: parameters.batch_size: found 200; with sequences of 300",
            await folder.ErrorAsync(yaml.Replace("LENGTH", "300")),
            StringComparison.Ordinal);
        var sweep = await folder.LoadAsync(yaml.Replace("LENGTH", "20"), "parameters.sequence_length={values: [20, 30]}");
        Assert.Equal(2, sweep.Plan().Trials.Count);
    }
}
