using System.Text;
using Sweep.Trainer;
using Sweep.Trainer.Checkpoints;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class SafeTensorsTests
{
    [Fact]
    public void Tensors_and_texts_are_read_as_they_were_written()
    {
        using var scope = NewDisposeScope();
        var file = new SafeTensorsFile(Whole());
        var (weights, count) = (zeros(2, 3), zeros(1, int64));

        file.CopyTo("weights", weights);
        file.CopyTo("count", count);

        Assert.Equal([0f, 1, 2, 3, 4, 5], weights.data<float>().ToArray());
        Assert.Equal(7, count.item<long>());
        Assert.Equal("value", file.Metadata["word"]);
    }

    [Fact]
    public void A_missing_name_another_shape_and_another_type_are_refused()
    {
        using var scope = NewDisposeScope();
        var file = new SafeTensorsFile(Whole());

        Assert.Contains("no tensor biases", Refused(() => file.CopyTo("biases", zeros(1))));
        Assert.Contains("F32 [2, 3]; expected F32 [3, 2]", Refused(() => file.CopyTo("weights", zeros(3, 2))));
        Assert.Contains("F32 [2, 3]; expected F64 [2, 3]", Refused(() => file.CopyTo("weights", zeros(2, 3, float64))));
    }

    [Fact]
    public void Cut_bytes_are_refused_wherever_they_are_cut()
    {
        var whole = Whole();
        for (var length = 0; length < whole.Length; length++)
            Assert.Contains("damaged", Refused(() => _ = new SafeTensorsFile(whole[..length])));
    }

    /// <summary>Changes each byte of the header: the file is refused, or all its tensors lie within it.</summary>
    [Fact]
    public void A_changed_header_never_leads_out_of_the_file()
    {
        var whole = Whole();
        var header = BitConverter.ToInt32(whole) + sizeof(long);
        foreach (var value in new byte[] { 0, (byte)'9', (byte)'-', (byte)'"', 0xFF })
        {
            for (var place = 0; place < header; place++)
            {
                using var scope = NewDisposeScope();
                var changed = whole.ToArray();
                changed[place] = value;
                var error = Record.Exception(() => new SafeTensorsFile(changed).CopyTo("weights", zeros(2, 3)));
                Assert.True(error is null or TrainerException, $"{value} at {place}: {error}");
            }
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""[1, 2]""")]
    [InlineData("{\"a\":fl\nse}")]
    [InlineData("{\"a\\n\":{\"dtype\":\"F\\n\",\"shape\":[1],\"data_offsets\":[0,4]}}")]
    public void Impossible_headers_are_refused_in_one_line(string header) =>
        Assert.Matches(
            "^The checkpoint is damaged: .*\\.\\z",
            Refused(() => _ = new SafeTensorsFile(
                [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0, 0])));

    private static byte[] Whole()
    {
        using var scope = NewDisposeScope();
        return SafeTensorsWriter.Write(
            new Dictionary<string, string> { ["word"] = "value" },
            [new("weights", arange(6, float32).reshape(2, 3)), new("count", tensor([7L]))]);
    }

    private static string Refused(Action action) => Assert.Throws<TrainerException>(action).Message;
}
