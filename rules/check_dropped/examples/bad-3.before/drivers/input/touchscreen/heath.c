static int heath_add_pen(struct heath *heath, int number)
{
	struct input_dev *input = heath->input;

	heath->name = devm_kasprintf(heath->dev, GFP_KERNEL, "pen %d", number);
	if (!heath->name)
		return -ENOMEM;

	input->name = heath->name;
	return input_register_device(input);
}
